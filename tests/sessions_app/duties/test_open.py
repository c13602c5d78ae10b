"""The call is made when the join window opens, once, and under an id of its session."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from calls.models.room_opening import RoomOpening
from sessions_app.lifecycle.call import ensure_call, next_call_id
from sessions_app.lifecycle.cancel import cancel_session, restore_session
from sessions_app.lifecycle.create import create_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import SessionDuty
from tests.sessions_app.factories import key_caller, session
from tests.support.draining import drain

FIELDS = {"brand_id": "acme", "host_id": "h", "title": "t", "max_participants": 3}


def create(account, minutes=10):
    return create_session(
        key_caller(account), FIELDS | {"scheduled_at": timezone.now() + timedelta(minutes=minutes)}
    )


def duty(row, kind="open"):
    return SessionDuty.objects.get(session=row, kind=kind)


@pytest.mark.django_db(transaction=True)
def test_the_room_is_open_when_the_window_opens(account, rooms, sandbox):
    early, late = create(account, minutes=60), create(account)
    drain(SessionDuty)
    early.refresh_from_db(), late.refresh_from_db()
    assert early.call_id is None and late.call_id == next_call_id(late.pk)
    call = Call.objects.get(pk=late.call_id)
    assert (call.status, call.scheduled_at, call.is_followed) == ("scheduled", late.scheduled_at, True)
    assert sandbox.room("default", str(call.pk)) and late.status == "scheduled"
    assert not RoomOpening.objects.exists() and duty(late).state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_makes_no_second_room(account, rooms, sandbox):
    row = create(account)
    sandbox.add_fault("open_room", "act_then_reset")
    drain(SessionDuty)
    assert duty(row).state == "pending" and RoomOpening.objects.exists()
    made = start_session(row.pk, key_caller(account))
    SessionDuty.objects.all().make_due()
    drain(SessionDuty)
    made.refresh_from_db()
    assert Call.objects.filter(is_followed=True).count() == 1 and made.call_id == next_call_id(row.pk)
    assert not RoomOpening.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_provider_it_is_tried_again(account):
    row = create(account)
    drain(SessionDuty)
    assert duty(row).state == "pending" and "connect" in duty(row).error.lower()


def test_a_restored_session_has_another_room(account, rooms):
    row = session(account)
    first = ensure_call(row)
    cancel_session(row.pk, key_caller(account))
    assert Call.objects.get(pk=first.pk).end_code == "session_ended"
    restored = restore_session(row.pk, key_caller(account))
    assert restored.call_id is None
    assert ensure_call(restored).pk not in (first.pk, None)
