"""A monitor that is due ends its call, asks the provider, or is deleted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, Step
from calls.monitoring.schedule import check_now
from calls.post_processing.rerun import rerun_step
from liveplatform.work.settle import Attempt, settle
from tests.support.draining import claim, drain, queue_of
from tests.support.monitoring import check, due_in, emptied, joined


def test_a_call_past_its_limit_is_ended_with_its_own_code(line):
    call = line.dial(time_limit=60)
    assert due_in(call) <= 60
    Call.objects.filter(pk=call.pk).update(started_at=Now() - timedelta(seconds=61))
    call = check(call)
    assert (call.status, call.end_code, call.ended_by) == ("ended", "time_limit", "time limit")
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert not CallMonitor.objects.filter(call=call).exists(), "its work is done"


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_a_live_call_is_recorded_and_checked_again(line, settings, channel):
    call = check(line.dial() if channel == "phone" else line.open())
    assert call.provider_seen_at is not None
    assert not call.is_over
    assert due_in(call) > settings.CALL_STALE_AFTER - 10


def test_an_end_at_the_provider_is_recorded_with_its_facts(line):
    call = line.dial()
    line.hang_up(call)
    call = check(call)
    assert (call.end_code, call.ended_by) == ("ended_at_provider", "provider:twilio")
    assert (call.provider_state, call.provider_status) == ("ended", "completed")
    assert call.provider_ended_at and call.provider_confirmed_at


def test_the_price_is_recorded_with_any_answer(line, sandbox):
    """A call that ended unheard, and one that was ended here and is asked about once more."""
    unheard, ended_here = line.dial(), line.dial()
    line.hang_up(unheard)
    end(ended_here.pk, account_id=line.account.pk, actor="test")
    drain(Step)
    for call in (unheard, ended_here):
        call.refresh_from_db()
        assert call.cost is None, "Twilio has not priced it"
        sandbox.trigger(call.provider_call_id, "priced", price="-0.0130")
    rerun_step(Step.objects.get(call=ended_here, kind="terminate"))
    drain(Step)
    for call in (check(unheard), ended_here):
        call.refresh_from_db()
        assert (call.end_code != "", call.cost, call.price_unit) == (True, Decimal("0.0130"), "USD")


def test_a_participant_who_leaves_while_the_provider_is_asked_has_left(line, sandbox):
    """The answer, which shows them in the room still, comes after the news."""
    call = joined(line.open(), sandbox)
    check_now([call.pk])
    (monitor,) = claim(CallMonitor, 1)
    (attempt,) = queue_of(CallMonitor).prepare([monitor])
    Call.objects.filter(pk=call.pk).update(empty_since=Now() + timedelta(milliseconds=1))
    settle(queue_of(CallMonitor), [Attempt(monitor, attempt(), timezone.now(), 1)])
    call.refresh_from_db()
    assert call.empty_since
    assert check(call).empty_since is None, "checked again, a participant is there"


def test_an_empty_room_of_a_deleted_connection_ends_its_call(line, settings):
    call = emptied(line.open(), settings)
    Call.objects.filter(pk=call.pk).update(connection=None)
    assert check(call).end_code == "participants_left"


def test_a_scheduled_call_that_never_started_is_stale_after_a_day(line):
    call = line.open(scheduled_at=timezone.now() + timedelta(hours=1))
    assert not check(call).is_over
    long_ago = Now() - timedelta(hours=25)
    Call.objects.filter(pk=call.pk).update(
        scheduled_at=long_ago, created_at=long_ago, provider_seen_at=None, status="scheduled"
    )
    assert check(call).end_code == "stale"
