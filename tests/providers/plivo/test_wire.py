"""Calls, records, streams and errors as they are written; what is odd spoils nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import UnknownOutcome
from providers.plivo.wire import (
    count,
    final_status,
    parse_cost,
    parse_time,
    read_error,
    read_live,
    read_record,
    read_stream,
    same_number,
)

# Of the fixtures of github.com/plivo/plivo-python.
LIVE = {"call_status": "in-progress", "call_uuid": "d0a8", "session_start": "2017-05-22 13:17:49.050872"}
RECORD = {
    "answer_time": "2017-05-22 17:49:32+05:30",
    "bill_duration": 8,
    "call_uuid": "4d04",
    "end_time": "2017-05-22 17:49:40+05:30",
    "hangup_cause_name": "Normal Hangup",
    "initiation_time": "2017-05-22 17:49:30+05:30",
    "total_amount": "0.03570",
}
STREAM = {
    "stream_id": "s1",
    "status": "initiated",
    "start_time": None,
    "end_time": None,
    "status_callback_url": "https://us.example/e?stream=0193a3b0-0000-7000-8000-000000000001",
}


def test_a_live_call():
    leg = read_live(LIVE, "d0a8", "Plivo")
    assert (leg.id, leg.status, leg.raw_status) == ("d0a8", "live", "in-progress")
    assert leg.created_at == datetime(2017, 5, 22, 13, 17, 49, 50872, tzinfo=UTC)


@pytest.mark.parametrize("odd", [{}, LIVE | {"call_uuid": "other"}, LIVE | {"call_status": None}])
def test_another_call_or_none_is_an_unknown_outcome(odd):
    with pytest.raises(UnknownOutcome):
        read_live(odd, "d0a8", "Plivo")


def test_the_record_of_a_call():
    leg = read_record(RECORD, "Plivo")
    assert (leg.status, leg.raw_status, leg.duration) == ("ended", "completed", 8)
    assert leg.ended_at == datetime(2017, 5, 22, 12, 19, 40, tzinfo=UTC)
    assert leg.ended_at - leg.answered_at == timedelta(seconds=8)
    assert (leg.cost, leg.price_unit) == ("0.03570", "USD")


def test_a_call_that_was_billed_and_costs_nothing_is_not_priced_yet():
    assert read_record(RECORD | {"total_amount": "0.00000"}, "Plivo").cost == ""
    assert read_record(RECORD | {"total_amount": "0.0", "bill_duration": 0}, "Plivo").cost == "0.0"


@pytest.mark.parametrize("odd", [{}, {"call_uuid": "1"}, RECORD | {"call_uuid": 5}])
def test_no_record_is_an_unknown_outcome(odd):
    with pytest.raises(UnknownOutcome):
        read_record(odd, "Plivo")


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        ("Busy Line", "busy"),
        ("USER_BUSY", "busy"),
        ("No Answer", "no-answer"),
        ("Ring Timeout Reached", "no-answer"),
        ("ORIGINATOR_CANCEL", "canceled"),
        ("Unallocated Number", "failed"),
        (None, "failed"),
    ],
)
def test_why_a_call_was_not_answered(cause, status):
    assert final_status(cause, is_answered=False) == status
    assert final_status(cause, is_answered=True) == "completed"


def test_a_stream_is_known_by_its_callback():
    found = read_stream(STREAM, "Plivo")
    assert (found.id, found.status, found.raw_status) == ("s1", "starting", "initiated")
    assert found.name == "0193a3b0000070008000000000000001"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "in-progress"}, "live"),
        ({"status": "completed"}, "stopped"),
        ({"status": "failed"}, "failed"),
        ({"status": "something new"}, "unknown"),
        ({"status": None}, "live"),
        ({"status": None, "end_time": "2025-11-14 18:53:43+05:30"}, "stopped"),
    ],
)
def test_the_status_of_a_stream(fields, status):
    assert read_stream(STREAM | fields, "Vobiz").status == status


def test_what_a_stream_has_cost():
    found = read_stream(STREAM | {"bill_duration": 27, "billed_amount": "0.00300"}, "Vobiz")
    assert (found.seconds, found.cost, found.price_unit) == (27, "0.00300", "")


@pytest.mark.parametrize("odd", [None, [], "s1", {}, {"stream_id": 5}, {"stream_id": ""}])
def test_no_stream_is_an_unknown_outcome(odd):
    with pytest.raises(UnknownOutcome):
        read_stream(odd, "Vobiz")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, {"api_id": "1", "error": "Stream not found"}, "not_found"),
        (400, {"api_id": "1", "error": "bad"}, "400"),
        (
            401,
            {"status": "error", "error": {"code": "INVALID_CREDENTIALS", "message": "no"}},
            "INVALID_CREDENTIALS",
        ),
        (401, {"text": "Could not verify your access level for that URL.\nYou have to login"}, "401"),
        (404, {"status": "error", "error": {"code": "TRUNK_NOT_FOUND"}}, "not_found"),
        (404, {"error": "no api id"}, ""),
        (404, {"detail": "gateway"}, ""),
        (400, {"error": {"message": "without a code"}}, ""),
    ],
)
def test_only_its_own_errors_have_a_code(status, body, code):
    found, message, _ = read_error(status, body)
    assert found == code and "Stream not found" not in message


def test_odd_values_are_none():
    assert [count(value) for value in ("12", 12, -1, True, 1.5, "²", None, 10**10)] == [12, 12] + [None] * 6
    assert [parse_cost(value) for value in ("NaN", "x", True, None, -1, 10**7)] == [""] * 6
    assert [parse_time(value) for value in (5, "soon", "2026-01-01 10:00:00", None)] == [None] * 4
    assert same_number("14155550100", "+14155550100") and not same_number(None, "+14155550100")
