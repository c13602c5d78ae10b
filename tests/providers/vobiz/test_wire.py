"""Vobiz's call records."""

from datetime import UTC, datetime

import pytest

from providers.errors import UnknownOutcome
from providers.vobiz.wire import read_record

# The example of docs.vobiz.ai/cdr/get-cdr.
RECORD = {
    "uuid": "aabbccdd-1234-5678-90ab-cdef12345678",
    "answer_time": "2026-03-25T10:00:01Z",
    "billsec": 42,
    "cost": 0.45,
    "currency": "INR",
    "duration": 47,
    "end_time": "2026-03-25T10:00:42Z",
    "hangup_cause": "NORMAL_CLEARING",
    "start_time": "2026-03-25T10:00:00Z",
    "streaming_cost": 0.2,
    "total_cost": 0.65,
}


def test_a_record_has_the_cost_of_the_streams_too():
    leg = read_record(RECORD)
    assert (leg.id, leg.raw_status, leg.duration) == (RECORD["uuid"], "completed", 42)
    assert (leg.cost, leg.price_unit) == ("0.65", "INR")
    assert leg.answered_at == datetime(2026, 3, 25, 10, 0, 1, tzinfo=UTC)
    assert leg.ended_at == datetime(2026, 3, 25, 10, 0, 42, tzinfo=UTC)


def test_a_cost_without_a_currency_is_none():
    assert read_record(RECORD | {"currency": None}).cost == ""


@pytest.mark.parametrize(
    ("cause", "status"),
    [("USER_BUSY", "busy"), ("NO_ANSWER", "no-answer"), ("ORIGINATOR_CANCEL", "canceled"), (5, "failed")],
)
def test_a_call_that_was_not_answered(cause, status):
    unanswered = RECORD | {"answer_time": None, "billsec": 0, "hangup_cause": cause}
    assert read_record(unanswered).raw_status == status


@pytest.mark.parametrize("odd", [None, [], {}, {"uuid": "1"}, RECORD | {"uuid": 5}])
def test_no_record_is_an_unknown_outcome(odd):
    with pytest.raises(UnknownOutcome):
        read_record(odd)
