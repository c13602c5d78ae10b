"""Call: questions about one row, and the verbs that set its fields."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.exceptions import CallStateError
from calls.models import Call
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from tests.support.factories import phone_call

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_open_call_is_open():
    Call().require_open("nothing")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ended_at": NOW}, "The call ended at 2030-01-02T03:04:05Z; no."),
        ({"end_requested_at": NOW}, "The call is being ended; no."),
    ],
)
def test_a_call_that_is_over_or_being_ended_is_not(fields, text):
    with pytest.raises(CallStateError) as raised:
        Call(**fields).require_open("no.")
    assert str(raised.value) == text


@pytest.mark.parametrize("status", [DIALLING, SUBMISSION_UNKNOWN])
def test_a_submission_is_unknown_until_the_leg_has_an_id(status):
    assert Call(provider_status=status).is_submission_unknown
    assert not Call(provider_status=status, provider_call_id="CA1").is_submission_unknown


@pytest.mark.parametrize(
    ("fields", "billed"),
    [
        ({"ended_at": NOW, "provider_call_id": "x", "provider_state": "live"}, True),
        ({"ended_at": NOW, "provider_call_id": "x", "provider_state": "unknown"}, False),
        ({"ended_at": NOW, "provider_call_id": "x", "provider_state": "ended"}, False),
        ({"ended_at": None, "provider_call_id": "x", "provider_state": "live"}, False),
    ],
)
def test_an_unconfirmed_end_may_still_be_billed(account, fields, billed):
    call = phone_call(account, **fields)
    assert call.may_still_be_billed is billed
    assert Call.still_billed().filter(pk=call.pk).exists() is billed, "lists and figures say the same"


def test_a_cost_is_rounded_and_an_unknown_one_changes_nothing():
    call = Call()
    call.set_cost("0.12345678", "USD")
    call.set_cost("", "EUR")
    assert (call.cost, call.price_unit) == (Decimal("0.123457"), "USD")


def test_a_confirmation_keeps_a_duration_that_it_does_not_name():
    call = Call(duration=5)
    call.confirm_end("x" * 50, NOW, None, at=NOW)
    assert (call.provider_state, len(call.provider_status), call.duration) == ("ended", 40, 5)
    call.confirm_end("completed", NOW, 7, at=NOW)
    assert call.duration == 7
