"""GET /v1/calls/export: all calls of a filter, batch by batch, and a trailer that says whether it is complete."""

import pytest
from django.db import OperationalError

from calls.api.platform.renderers import COLUMNS
from calls.filters import batches
from calls.models import Call
from tests.support.export import csv_export, ndjson_export


@pytest.mark.parametrize(
    "query",
    [
        "",
        "order=asc",
        "status=ended",
        "channel=video",
        "direction=inbound",
        "search=refund",
        "started_at[lt]=1d",
    ],
)
def test_every_call_of_the_list_is_exported_once_in_its_order(api, calls, query):
    listed = [call["id"] for call in api("GET", f"/v1/calls?{query}").json()["calls"]]
    assert [call["id"] for call in ndjson_export(api, query)] == listed
    assert [call["id"] for call in csv_export(api, query)] == listed


def test_calls_that_fill_their_batches_are_all_exported(api, calls):
    Call.objects.filter(pk=calls[0].pk).delete()
    assert len(ndjson_export(api)) == 9


def test_a_batch_is_two_statements_and_no_transaction(api, calls, django_assert_num_queries):
    api("GET", "/v1/live/calls")  # the key is known from here on
    with django_assert_num_queries(8) as queries:
        assert len(ndjson_export(api)) == 10
    assert not any("SAVEPOINT" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("query", "field"),
    [("format=xls", "format"), ("order=x", "order"), ("colour=red", "colour"), ("limit=3", "limit")],
)
def test_an_invalid_request_is_400(api, query, field):
    answer = api("GET", f"/v1/calls/export?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


@pytest.fixture
def breaking(monkeypatch):
    """The database is gone after two batches."""
    whole = batches._next_batch
    left = iter([whole, whole])

    def gone(*_):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(batches, "_next_batch", lambda *asked: next(left, gone)(*asked))


@pytest.mark.parametrize(
    ("form", "last"),
    [("ndjson", b'{"end":false,"calls":6}'), ("csv", b"# broken off,6" + b"," * (len(COLUMNS) - 2))],
)
def test_the_trailer_of_a_broken_export_says_so(api, calls, breaking, form, last):
    answer, chunks = api("GET", f"/v1/calls/export?format={form}"), []
    with pytest.raises(OperationalError):
        for chunk in answer.streaming_content:
            chunks.append(chunk)
    assert b"".join(chunks).splitlines()[-1] == last
    assert len(b"".join(chunks).splitlines()) == 7 + (form == "csv")
