"""`GET /v1/calls/export`: all calls of a selection as CSV or NDJSON, batch by batch."""

import csv
import gc
import io
import json

import pytest
from django.db import OperationalError

from calls.api.platform import throttling
from calls.api.platform.renderers import COLUMNS
from calls.filters import batches
from calls.models import Call
from tests.calls.filters.conftest import random_calls
from tests.support.factories import phone_call


@pytest.fixture
def calls(account, monkeypatch) -> list[Call]:
    """Ten of them, in batches of three."""
    monkeypatch.setattr(batches, "BATCH_SIZE", 3)
    return random_calls(account, 10)


def lines(api, query="") -> list[dict]:
    """The export as NDJSON, without its last line, which says that they are all."""
    answer = api("GET", f"/v1/calls/export?format=ndjson&{query}")
    assert answer.status_code == 200, answer.content
    *found, end = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert end == {"end": True, "calls": len(found)}
    return found


def table(api, query="") -> list[dict]:
    """The export as CSV, without its last line, which says that they are all."""
    answer = api("GET", f"/v1/calls/export?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    *found, end = csv.DictReader(io.StringIO(answer.getvalue().decode(), newline=""))
    assert (end["id"], end["channel"]) == ("# end", str(len(found)))
    return found


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
    assert [call["id"] for call in lines(api, query)] == listed
    assert [call["id"] for call in table(api, query)] == listed


def test_as_many_calls_as_fill_their_batches_are_all(api, calls):
    Call.objects.filter(pk=calls[0].pk).delete()
    assert len(lines(api)) == 9


def test_no_calls_are_no_lines_but_the_names(api):
    assert lines(api) == []
    answer = api("GET", "/v1/calls/export")
    assert answer.getvalue().decode() == ",".join(COLUMNS) + "\r\n# end,0" + "," * (len(COLUMNS) - 2) + "\r\n"
    assert answer["Content-Disposition"].startswith('attachment; filename="calls-20')


def test_a_line_says_what_the_call_is(api):
    call = phone_call(api.account, notes='a "b"\nc', metadata={"k": [1]}, cost="0.5", is_test=True)
    (line,) = lines(api)
    assert line["id"] == str(call.pk)
    assert (line["notes"], line["metadata"], line["is_test"]) == ('a "b"\nc', {"k": [1]}, True)
    assert (line["ended_at"], line["title"]) == (None, None)
    (row,) = table(api)
    assert (row["notes"], row["metadata"], row["is_test"]) == ('a "b"\nc', '{"k":[1]}', "true")
    assert (row["ended_at"], row["title"], row["from"]) == ("", "", "+14155550100")
    assert row["created_at"].endswith("Z")


@pytest.mark.parametrize("risky", ["=1+1", "+cmd|x", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(api, risky):
    phone_call(api.account, notes=risky)
    assert table(api)[0]["notes"] == f"'{risky}"
    assert lines(api)[0]["notes"] == risky


def test_a_batch_is_a_statement_or_two_and_none_holds_a_transaction(api, calls, django_assert_num_queries):
    api("GET", "/v1/live/calls")  # the key is known from here on
    with django_assert_num_queries(8) as queries:
        assert len(lines(api)) == 10
    assert not any("SAVEPOINT" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("query", "field"),
    [("format=xls", "format"), ("order=x", "order"), ("colour=red", "colour"), ("limit=3", "limit")],
)
def test_what_is_wrong_is_400_before_anything_is_sent(api, query, field):
    answer = api("GET", f"/v1/calls/export?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


@pytest.fixture
def many_at_once(api, calls):
    """Exports that are asked for and not read; closed when the test is over."""
    asked = []

    def ask(count=1):
        asked.extend(api("GET", "/v1/calls/export") for _ in range(count))
        return asked[-count:]

    yield ask
    for answer in asked:
        answer.close()


def test_so_many_at_once_and_a_place_is_free_again_when_its_reader_is_gone(many_at_once):
    open_ones = many_at_once(throttling.MAX_ACTIVE)
    (refused,) = many_at_once()
    assert refused.status_code == 429
    assert refused["Retry-After"] in ("10", "11")
    for answer in open_ones:
        answer.close()
        answer.close()
    assert {answer.status_code for answer in many_at_once(throttling.MAX_ACTIVE)} == {200}
    assert many_at_once()[0].status_code == 429


def test_an_answer_that_is_dropped_unread_and_unclosed_keeps_no_place(api, calls):
    for _ in range(throttling.MAX_ACTIVE + 1):
        assert api("GET", "/v1/calls/export").status_code == 200
        gc.collect()  # the test client ties its answers to themselves


def test_an_answer_that_nobody_reads_loses_its_place_in_time(many_at_once, monkeypatch):
    kept = many_at_once(throttling.MAX_ACTIVE)
    assert many_at_once()[0].status_code == 429
    monkeypatch.setattr(throttling, "IDLE_TIMEOUT", 0.0)
    assert [answer.status_code for answer in (*kept, *many_at_once(9))] == [200] * 11


def test_readers_that_stall_give_way_to_others_but_not_to_any_number(many_at_once, monkeypatch):
    monkeypatch.setattr(throttling, "IDLE_TIMEOUT", 0.0)
    for _ in range(throttling.MAX_OPEN):
        (answer,) = many_at_once()
        next(iter(answer.streaming_content))
    assert many_at_once()[0].status_code == 429


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
def test_an_export_that_breaks_off_says_so_in_its_last_line(api, calls, breaking, form, last):
    answer, said = api("GET", f"/v1/calls/export?format={form}"), []
    with pytest.raises(OperationalError):
        for chunk in answer.streaming_content:
            said.append(chunk)
    assert b"".join(said).splitlines()[-1] == last
    assert len(b"".join(said).splitlines()) == 7 + (form == "csv")


def test_who_asks_for_the_head_alone_takes_no_place(api, calls):
    for _ in range(throttling.MAX_ACTIVE + 1):
        assert api("HEAD", "/v1/calls/export").status_code == 200
    assert len(table(api)) == 10
