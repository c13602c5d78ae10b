"""CSV and NDJSON of the export."""

import pytest

from calls.api.platform.renderers import COLUMNS
from tests.support.export import csv_export, ndjson_export
from tests.support.factories import phone_call


def test_an_empty_export_has_header_and_trailer(api):
    assert ndjson_export(api) == []
    answer = api("GET", "/v1/calls/export")
    assert answer.getvalue().decode() == ",".join(COLUMNS) + "\r\n# end,0" + "," * (len(COLUMNS) - 2) + "\r\n"
    assert answer["Content-Disposition"].startswith('attachment; filename="calls-20')


def test_a_line_shows_the_fields_of_a_call(api):
    call = phone_call(api.account, notes='a "b"\nc', metadata={"k": [1]}, cost="0.5", is_test=True)
    (line,) = ndjson_export(api)
    assert line["id"] == str(call.pk)
    assert (line["notes"], line["metadata"], line["is_test"]) == ('a "b"\nc', {"k": [1]}, True)
    assert (line["ended_at"], line["title"]) == (None, None)
    (row,) = csv_export(api)
    assert (row["notes"], row["metadata"], row["is_test"]) == ('a "b"\nc', '{"k":[1]}', "true")
    assert (row["ended_at"], row["title"], row["from"]) == ("", "", "+14155550100")
    assert row["created_at"].endswith("Z")


@pytest.mark.parametrize("risky", ["=1+1", "+cmd|x", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_escaped_in_csv(api, risky):
    phone_call(api.account, notes=risky)
    assert csv_export(api)[0]["notes"] == f"'{risky}"
    assert ndjson_export(api)[0]["notes"] == risky
