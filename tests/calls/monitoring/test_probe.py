"""What the provider says of a call, and what follows."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.adapters import adapter_for
from calls.models import Call, CallMonitor
from liveplatform.webhooks.models import Event
from tests.support.monitoring import check, due_in, emptied, joined


def test_a_room_that_ended_at_the_provider_ends_its_call(line):
    call = line.open()
    line_room = line.provider(call)
    line_room.end_room("default", call.provider_call_id)
    assert check(call).end_code == "ended_at_provider"


def test_a_phone_call_whose_room_is_gone_is_ended(line):
    call = line.dial_with_room()
    assert not check(call).is_over
    call.refresh_from_db()
    rooms = Call.objects.select_related("room_connection").get(pk=call.pk)
    adapter_for(rooms.room_connection).delete_room(call.room_type, call.room_id)
    assert check(call).end_code == "room_gone"


@pytest.mark.parametrize("fault", ["503", "timeout", "401", "bad_json"])
def test_no_call_is_ended_because_its_provider_does_not_answer(line, sandbox, fault):
    call = line.dial()
    sandbox.add_fault("get_call", fault, resource=call.provider_call_id)
    call = check(call)
    assert not call.is_over
    assert 0 < due_in(call) <= 60
    assert CallMonitor.objects.get(call=call).result["unanswered"]


def test_an_unknown_call_is_stale_once_the_providers_list_can_be_read(line, sandbox):
    call = line.dial()
    Call.objects.filter(pk=call.pk).update(provider_call_id="CA" + "e" * 32)
    sandbox.add_fault("list_calls", "503")
    assert not check(call).is_over, "this could be another account's credentials"
    call = check(call)
    assert (call.end_code, call.provider_state) == ("stale", "ended")


def test_an_empty_room_ends_its_call_after_the_grace(line, sandbox, settings):
    call = emptied(joined(line.open(), sandbox), settings)
    sandbox.trigger(call.provider_call_id, "left")
    call = check(call)
    assert (call.end_code, call.ended_by) == ("participants_left", "watch")


def test_no_call_is_ended_for_a_lost_event(line, sandbox, settings):
    """They came back, and the event of it never came; then the provider does not answer."""
    call = emptied(joined(line.open(), sandbox), settings)
    call = check(call)
    assert (call.is_over, call.empty_since) == (False, None)
    sandbox.trigger(call.provider_call_id, "left")
    sandbox.add_fault("get_room", "503", resource=call.provider_call_id)
    call = check(emptied(call, settings))
    assert not call.is_over
    assert due_in(call) > 10, "and it is asked again at a pace"
    assert check(call).end_code == "participants_left"


def test_an_empty_room_without_an_event_ends_its_call_too(line, sandbox, settings):
    call = joined(line.open(), sandbox)
    sandbox.trigger(call.provider_call_id, "left")
    assert check(call).empty_since
    assert 0 < due_in(call) <= settings.EMPTY_ROOM_GRACE
    settings.EMPTY_ROOM_GRACE = 0
    Call.objects.filter(pk=call.pk).update(empty_since=None)
    assert check(call).end_code == "participants_left"


def test_an_empty_backstage_does_not_end_a_scheduled_call(line, sandbox, settings):
    call = emptied(joined(line.open(scheduled_at=timezone.now() + timedelta(hours=1)), sandbox), settings)
    sandbox.trigger(call.provider_call_id, "left")
    assert not check(call).is_over


def waited(call, seconds):
    """So long ago the call started, and nobody joined since."""
    Call.objects.filter(pk=call.pk).update(started_at=Now() - timedelta(seconds=seconds))
    return call


def test_a_room_that_nobody_joined_is_ended_after_the_accounts_limit(line, settings):
    """One hour by default; another limit, or none, by the account's setting."""
    assert line.open().join_limit == 3600
    line.account.call_join_limit = 600
    line.account.save()
    call = line.open()
    assert 590 < due_in(call) <= 600
    assert not check(waited(call, 500)).is_over
    call = check(waited(call, 601))
    assert (call.end_code, call.ended_by) == ("nobody_came", "watch")
    assert call.steps.filter(kind="terminate").exists()
    line.account.call_join_limit = 0
    line.account.save()
    assert not check(waited(line.open(), 90_000)).is_over


def test_a_room_that_somebody_joined_is_left_alone(line, sandbox):
    call = check(waited(joined(line.open(), sandbox), 4000))
    assert (call.is_over, call.joined_at is not None) == (False, True)
    sandbox.trigger(call.provider_call_id, "left")
    assert check(call).end_code != "nobody_came", "the grace of an empty room holds"


def test_a_provider_that_does_not_answer_ends_no_room_as_unjoined(line, sandbox):
    call = waited(line.open(), 4000)
    sandbox.add_fault("get_room", "503", resource=call.provider_call_id)
    assert not check(call).is_over
    assert check(call).end_code == "nobody_came"


def test_an_answer_that_no_event_reported_is_found(line, sandbox):
    call = line.dial("+14155550193")
    assert check(call).started_at is None
    assert 0 < due_in(call) <= 75
    sandbox.trigger(call.provider_call_id, "answered")
    call = check(call)
    assert call.answered_at and call.started_at == call.answered_at
    types = Event.objects.filter(subject_id=call.pk).order_by("sequence").values_list("type", flat=True)
    assert list(types) == ["call.created", "call.ringing", "call.answered", "call.started"]


def test_a_machine_that_no_event_reported_is_hung_up(line):
    call = check(line.dial("+14155550194", machine_detection="enable", on_machine="hang_up"))
    assert (call.end_code, call.ended_by, call.answered_by) == ("voicemail", "machine detection", "machine")


def test_a_busy_line_that_no_event_reported_never_started(line):
    call = check(line.dial("+14155550190"))
    assert (call.end_code, call.started_at, call.duration) == ("busy", None, 0)
