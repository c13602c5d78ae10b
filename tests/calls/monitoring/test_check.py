"""A Watch looks after each call: limits, graces, providers that say nothing, legs that were lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.adapters import adapter_for
from calls.exceptions import DialError
from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, Reconciliation, Step
from calls.models.call import SUBMISSION_UNKNOWN
from calls.monitoring.schedule import check_now, set_time_limit
from calls.post_processing.rerun import rerun_step
from liveplatform.work import sql
from tests.support.draining import drain, queue_of


def look(*calls):
    """Have the calls looked at now; each as it stands afterwards."""
    check_now([call.pk for call in calls])
    drain(CallMonitor)
    for call in calls:
        call.refresh_from_db()
    return calls[0]


def due_in(call):
    return (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds()


def test_every_call_that_is_made_has_a_watch_and_its_connection_a_round(line, settings):
    for call in (line.dial(), line.open()):
        assert settings.CALL_STALE_AFTER - 10 < due_in(call) <= settings.CALL_STALE_AFTER
    rounds = Reconciliation.objects.values_list("connection_id", flat=True)
    assert {line.phone.pk, line.video.pk} <= set(rounds)


def test_a_call_past_its_limit_is_ended_with_its_own_code(line):
    call = line.dial(time_limit=60)
    assert due_in(call) <= 60
    Call.objects.filter(pk=call.pk).update(started_at=Now() - timedelta(seconds=61))
    call = look(call)
    assert (call.status, call.end_code, call.ended_by) == ("ended", "time_limit", "time limit")
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert not CallMonitor.objects.filter(call=call).exists(), "its work is done"


def test_the_accounts_limit_holds_for_calls_without_their_own(line):
    line.account.call_time_limit = 300
    line.account.save()
    assert line.dial().time_limit == line.open().time_limit == 300
    assert line.dial(time_limit=20).time_limit == 20


def test_a_limit_that_is_set_later_counts_at_once(line):
    call = line.open()
    set_time_limit(call, 1)
    Call.objects.filter(pk=call.pk).update(started_at=Now() - timedelta(seconds=2))
    drain(CallMonitor)
    call.refresh_from_db()
    assert call.end_code == "time_limit"


def test_the_provider_hangs_up_by_itself_should_we_not_be_there(line, sandbox):
    call = line.dial(time_limit=60)
    assert sandbox.call(call.provider_call_id)["_time_limit"] == "120"


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_a_live_call_is_noted_and_looked_at_again(line, settings, channel):
    call = look(line.dial() if channel == "phone" else line.open())
    assert call.provider_seen_at is not None
    assert not call.is_over
    assert due_in(call) > settings.CALL_STALE_AFTER - 10


def test_a_call_that_ended_at_the_provider_unheard_is_ended_with_its_facts(line):
    call = line.dial()
    line.hang_up(call)
    call = look(call)
    assert (call.end_code, call.ended_by) == ("ended_at_provider", "provider:twilio")
    assert (call.provider_state, call.provider_status) == ("ended", "completed")
    assert call.provider_ended_at and call.provider_confirmed_at


def test_an_answer_that_holds_the_price_brings_it(line, sandbox):
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
    for call in (look(unheard), ended_here):
        call.refresh_from_db()
        assert (call.end_code != "", call.cost, call.price_unit) == (True, Decimal("0.0130"), "USD")


def test_a_room_that_ended_at_the_provider_ends_its_call(line):
    call = line.open()
    line_room = line.provider(call)
    line_room.end_room("default", call.provider_call_id)
    assert look(call).end_code == "ended_at_provider"


def test_a_phone_call_whose_room_is_gone_is_ended(line):
    call = line.dial(echo_room=True)
    assert not look(call).is_over
    call.refresh_from_db()
    rooms = Call.objects.select_related("room_connection").get(pk=call.pk)
    adapter_for(rooms.room_connection).delete_room(call.room_type, call.room_id)
    assert look(call).end_code == "room_gone"


@pytest.mark.parametrize("fault", ["503", "timeout", "401", "bad_json"])
def test_nobodys_call_is_ended_because_the_provider_is_away(line, sandbox, fault):
    call = line.dial()
    sandbox.add_fault("get_call", fault, resource=call.provider_call_id)
    call = look(call)
    assert not call.is_over
    assert 0 < due_in(call) <= 60
    assert CallMonitor.objects.get(call=call).result["unanswered"]


def test_a_call_that_the_provider_does_not_know_is_stale_once_its_list_can_be_read(line, sandbox):
    call = line.dial()
    Call.objects.filter(pk=call.pk).update(provider_call_id="CA" + "e" * 32)
    sandbox.add_fault("list_calls", "503")
    assert not look(call).is_over, "this could be another account's credentials"
    call = look(call)
    assert (call.end_code, call.provider_state) == ("stale", "ended")


def joined(call, sandbox):
    """Somebody is in the room; we did not hear of it."""
    sandbox.trigger(call.provider_call_id, "joined")
    return call


def emptied(call, settings):
    """We heard that everybody left, and the grace is over."""
    Call.objects.filter(pk=call.pk).update(
        empty_since=Now() - timedelta(seconds=settings.EMPTY_ROOM_GRACE + 1)
    )
    return call


def test_a_room_that_everybody_left_is_ended_after_the_grace(line, sandbox, settings):
    call = emptied(joined(line.open(), sandbox), settings)
    sandbox.trigger(call.provider_call_id, "left")
    call = look(call)
    assert (call.end_code, call.ended_by) == ("participants_left", "watch")


def test_nobodys_call_is_ended_for_news_that_were_lost(line, sandbox, settings):
    """They came back, and the event of it never came; then the provider does not answer."""
    call = emptied(joined(line.open(), sandbox), settings)
    call = look(call)
    assert (call.is_over, call.empty_since) == (False, None)
    sandbox.trigger(call.provider_call_id, "left")
    sandbox.add_fault("get_room", "503", resource=call.provider_call_id)
    call = look(emptied(call, settings))
    assert not call.is_over
    assert due_in(call) > 10, "and it is asked again at a pace"
    assert look(call).end_code == "participants_left"


def test_who_leaves_while_the_provider_is_asked_has_left(line, sandbox):
    """The answer, which shows them in the room still, comes after the news."""
    call = joined(line.open(), sandbox)
    check_now([call.pk])
    (watch,) = sql.claim(CallMonitor, 1, per_key=1)
    (asked,) = queue_of(CallMonitor).prepare([watch])
    Call.objects.filter(pk=call.pk).update(empty_since=Now() + timedelta(milliseconds=1))
    sql.settle(queue_of(CallMonitor), [sql.Attempt(watch, asked(), timezone.now(), 1)])
    call.refresh_from_db()
    assert call.empty_since
    assert look(call).empty_since is None, "asked again, somebody is there"


def test_a_room_that_is_empty_unheard_is_ended_after_the_grace_too(line, sandbox, settings):
    call = joined(line.open(), sandbox)
    sandbox.trigger(call.provider_call_id, "left")
    assert look(call).empty_since
    assert 0 < due_in(call) <= settings.EMPTY_ROOM_GRACE
    settings.EMPTY_ROOM_GRACE = 0
    Call.objects.filter(pk=call.pk).update(empty_since=None)
    assert look(call).end_code == "participants_left"


def test_an_empty_room_of_a_connection_that_is_gone_is_ended_without_asking(line, settings):
    call = emptied(line.open(), settings)
    Call.objects.filter(pk=call.pk).update(connection=None)
    assert look(call).end_code == "participants_left"


def test_a_scheduled_call_whose_backstage_was_left_is_not_ended(line, sandbox, settings):
    call = emptied(joined(line.open(scheduled_at=timezone.now() + timedelta(hours=1)), sandbox), settings)
    sandbox.trigger(call.provider_call_id, "left")
    assert not look(call).is_over


def test_a_scheduled_call_that_never_began_is_forgotten_after_a_day(line):
    call = line.open(scheduled_at=timezone.now() + timedelta(hours=1))
    assert not look(call).is_over
    long_ago = Now() - timedelta(hours=25)
    Call.objects.filter(pk=call.pk).update(
        scheduled_at=long_ago, created_at=long_ago, provider_seen_at=None, status="scheduled"
    )
    assert look(call).end_code == "stale"


def lost(line, to, fault="act_then_timeout"):
    line.sandbox.add_fault("create_call", fault)
    with pytest.raises(DialError):
        line.dial(to)
    return Call.objects.get(account=line.account, to_number=to, provider_status=SUBMISSION_UNKNOWN)


def test_a_lost_leg_is_found_and_taken_on(line):
    call = look(lost(line, "+14155550121"))
    assert call.provider_call_id.startswith("CA")
    assert (call.status, call.provider_state) == ("live", "live")
    line.hang_up(call)
    assert look(call).end_code == "ended_at_provider"


def test_a_leg_that_was_never_made_fails_its_call_after_several_looks(line):
    call = lost(line, "+14155550122", "timeout")
    for _ in range(3):
        assert not look(call).is_over
    call = look(call)
    assert (call.end_code, call.provider_status) == ("failed", "failed")


def test_a_lost_leg_is_never_taken_for_a_leg_of_somebody_elses(line, sandbox):
    call = lost(line, "+14155550123")
    line.provider(call).make_call(to="+14155550123", from_=call.from_number)
    assert not look(call).provider_call_id
    assert "by hand" in CallMonitor.objects.get(call=call).result["unanswered"]
    end(call.pk, account_id=line.account.pk, actor="test")
    drain(Step)
    assert Step.objects.get(call=call, kind="terminate").state == "failed"
    assert len(sandbox.live()["twilio"]) >= 2


def test_two_lost_legs_between_the_same_numbers_find_their_calls(line):
    first, second = (lost_again(line, "+14155550124") for _ in range(2))
    look(first, second)
    assert first.provider_call_id and second.provider_call_id
    assert first.provider_call_id != second.provider_call_id


def lost_again(line, to):
    line.sandbox.add_fault("create_call", "act_then_reset")
    with pytest.raises(DialError):
        line.dial(to)
    return Call.objects.filter(account=line.account, to_number=to).latest("created_at")


def test_the_same_wish_under_the_same_key_is_never_dialled_twice(line, sandbox):
    made = line.dial("+14155550125", submission_key="k")
    assert line.dial("+14155550125", submission_key="k").pk == made.pk
    sandbox.add_fault("create_call", "act_then_timeout")
    for _ in range(2):
        with pytest.raises(DialError, match="on record"):
            line.dial("+14155550126", submission_key="k2")
    assert Call.objects.filter(account=line.account, to_number="+14155550126").count() == 1
