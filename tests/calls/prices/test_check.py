"""A call's price is asked for until its provider names it, a bounded number of times."""

from decimal import Decimal

import orjson
import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, PriceCheck, Step
from calls.prices.schedule import DELAYS, schedule_price_checks
from liveplatform.webhooks.models import Event
from tests.support.draining import drain


@pytest.fixture
def ended(line, account) -> Call:
    """A call that was ended here and at Twilio, which has not priced it."""
    call = line.dial()
    end(call.pk, account_id=account.pk, actor="test")
    drain(Step)
    return Call.objects.get(pk=call.pk)


def ask(call) -> float:
    """Let the check be due; returns the seconds until the next one, 0 if there is none."""
    PriceCheck.objects.filter(call=call).update(due_at=timezone.now())
    drain(PriceCheck)
    check = PriceCheck.objects.filter(call=call, state="pending").first()
    return (check.due_at - timezone.now()).total_seconds() if check else 0.0


def test_the_price_is_recorded_and_published_once_it_is_known(ended, sandbox):
    check = PriceCheck.objects.get(call=ended)
    assert 50 < (check.due_at - timezone.now()).total_seconds() <= 60
    assert DELAYS[1] - 5 < ask(ended) <= DELAYS[1], "not priced yet"
    before = Call.objects.get(pk=ended.pk)
    sandbox.trigger(ended.provider_call_id, "priced", price="-0.0130")
    ask(ended)
    call = Call.objects.get(pk=ended.pk)
    assert (call.cost, call.price_unit, call.updated_at > before.updated_at) == (
        Decimal("0.0130"),
        "USD",
        True,
    )
    event = Event.objects.filter(subject_id=call.pk).latest("sequence")
    assert (event.type, event.sequence) == ("call.updated", call.event_sequence)
    assert orjson.loads(event.body)["data"]["changed"] == ["cost", "price_unit"]
    assert not PriceCheck.objects.filter(call=call).exists()
    schedule_price_checks([call])
    assert not PriceCheck.objects.filter(call=call).exists(), "its price is known"


def test_a_price_that_is_never_named_is_given_up_visibly(ended, sandbox):
    waits = [round(ask(ended), -1) for _ in DELAYS]
    assert waits == [300, 1800, 7200, 43200, 0]
    check = PriceCheck.objects.get(call=ended)
    assert (check.state, "asked 5 times" in check.error) == ("failed", True)
    assert len(sandbox.ledger(resource=ended.provider_call_id, operation="get_call")) >= 5


def test_answers_that_are_lost_count_too(ended, sandbox):
    sandbox.add_fault(vendor="twilio", operation="get_call", fault="503", times=9)
    waits = [round(ask(ended)) for _ in DELAYS]
    assert waits[-1] == 0 and PriceCheck.objects.get(call=ended).state == "failed"


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_nobody_is_charged_for_a_call_that_was_not_answered(ended, status):
    PriceCheck.objects.all().delete()
    ended.provider_status = status
    schedule_price_checks([ended])
    assert not PriceCheck.objects.filter(call=ended).exists()
