"""Twilio's wire format: prices, times, durations, calls, errors."""

from datetime import UTC, datetime

import pytest

from providers.errors import UnknownOutcome
from providers.twilio.wire import is_ready, parse_cost, parse_seconds, parse_time, read_error, read_leg


@pytest.mark.parametrize(
    ("price", "unit", "cost"),
    [
        ("-0.00850", "usd", ("0.00850", "USD")),
        ("0", "USD", ("0", "USD")),
        ("0.01", "EUR", ("-0.01", "EUR")),
        ("-1.5", None, ("1.5", "")),
        ("-1.5", "dollars", ("1.5", "")),
        *((odd, "USD", ("", "")) for odd in (None, "", "null", -0.5, "-", "1e5", "-123456", "NaN")),
    ],
)
def test_what_is_charged_is_a_cost_and_what_is_not_priced_is_none(price, unit, cost):
    assert parse_cost(price, unit) == cost


@pytest.mark.parametrize("odd", [None, 5, "soon", "", "Sat, 99 Nov 2026 07:00:00 +0000"])
def test_what_is_no_time_is_none(odd):
    assert parse_time(odd) is None


def test_times_are_rfc_2822_and_durations_are_strings():
    assert parse_time("Sat, 21 Nov 2026 07:00:00 -0000") == datetime(2026, 11, 21, 7, tzinfo=UTC)
    assert (parse_seconds("61"), parse_seconds("²"), parse_seconds(61)) == (61, None, None)


def test_an_unknown_status_is_unknown_and_kept():
    leg = read_leg({"sid": "CA1", "status": "teleported"})
    assert (leg.status, leg.raw_status) == ("unknown", "teleported")


@pytest.mark.parametrize("call", [None, [], {}, {"sid": 5}])
def test_an_answer_that_is_no_call_is_an_unknown_outcome(call):
    with pytest.raises(UnknownOutcome):
        read_leg(call)


def test_only_a_completed_recording_is_ready():
    assert is_ready({"sid": "RE1", "status": "completed"})
    assert not any(map(is_ready, [None, {}, {"sid": "RE1", "status": "processing"}, {"status": "completed"}]))


def test_an_error_shows_the_code_and_not_the_message():
    assert read_error(400, {"code": 21220, "message": "+14155550111"}) == (
        "21220",
        "error 21220 (400)",
        "https://www.twilio.com/docs/errors/21220",
    )
