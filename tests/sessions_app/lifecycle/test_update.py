"""Changing a session, and what follows: events, mails, duties, seats, the provider's room."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.exceptions import MetadataTooLarge
from calls.lifecycle.start import start as start_call
from calls.models import Activity, Call
from liveplatform.webhooks.models import Event
from sessions_app.exceptions import CapacityTooLow, InvalidFields, NotAllowed, SessionStateError
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.create import create_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, SessionDuty
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from tests.sessions_app.factories import key_caller, registration, session, user_caller
from tests.support.concurrency import at_once

IN_3_DAYS = timezone.now() + timedelta(days=3)


def update(row, **changes):
    return update_session(row.pk, key_caller(row.account), changes)


def events(row):
    return list(Event.objects.filter(subject_id=row.pk).order_by("sequence").values_list("type", flat=True))


def test_a_new_time_moves_everything(account):
    fields = {"brand_id": "b", "host_id": "h", "title": "t", "max_participants": 3}
    row = create_session(key_caller(account), fields | {"scheduled_at": timezone.now() + timedelta(days=2)})
    registration(row)
    before = dict(SessionDuty.objects.filter(session=row).values_list("kind", "due_at"))
    moved = update(row, scheduled_at=IN_3_DAYS)
    after = dict(SessionDuty.objects.filter(session=row).values_list("kind", "due_at"))
    assert before.keys() == after.keys() == {"open", "remind", "host_check"}
    assert {after[kind] - before[kind] for kind in before} == {moved.scheduled_at - row.scheduled_at}
    assert (moved.calendar_sequence, events(row)[-1]) == (1, "session.rescheduled")
    mail = Mail.objects.get()
    assert (mail.kind, mail.calendar_sequence) == ("rescheduled", 1)
    assert mail.details["previous_scheduled_at"] == row.scheduled_at.isoformat()


def test_a_material_change_is_mailed_and_others_are_not(account):
    row = session(account)
    registration(row)
    update(row, metadata={"a": 1}, kind="office_hours")
    assert not Mail.objects.exists()
    row = update(row, title="Another", duration_minutes=30)
    assert (Mail.objects.get().kind, row.calendar_sequence) == ("changed", 1)
    assert events(row) == ["session.updated", "session.updated"]


def test_the_event_shows_the_session_as_it_is(account):
    row = update(session(account), title="Another", scheduled_at=IN_3_DAYS)
    moved, changed = Event.objects.filter(subject_id=row.pk).order_by("sequence")
    assert '"previous_scheduled_at"' in moved.body and '"changed":["title"]' in changed.body
    assert '"title":"Another"' in moved.body


def test_without_a_difference_nothing_happens(account):
    row = session(account)
    same = update(row, title=row.title, max_participants=row.max_participants, metadata={})
    assert (same.updated_at, same.event_sequence) == (row.updated_at, 0)


def test_metadata_is_merged_up_to_its_bound(account):
    row = update(session(account, metadata={"a": 1, "b": {"c": 1}}), metadata={"a": None, "b": {"d": 2}})
    assert row.metadata == {"b": {"c": 1, "d": 2}}
    with pytest.raises(MetadataTooLarge):
        update(row, metadata={"x": "y" * 70_000})


def test_fewer_seats_than_are_taken(account):
    row = session(account)
    registration(row), registration(row, user_id="ben")
    with pytest.raises(CapacityTooLow) as refused:
        update(row, max_participants=1)
    assert refused.value.taken == 2
    assert update(row, max_participants=2).max_participants == 2


def test_more_seats_go_to_those_who_wait(account):
    row = session(account, max_participants=1)
    registration(row)
    for number, name in enumerate(("ben", "cora", "dan"), 1):
        registration(row, user_id=name, status="waitlist", waitlist_number=number)
    row = update(row, max_participants=3)
    assert (row.registered_count, row.waitlist_count) == (3, 1)
    waiting = Registration.objects.get(session=row, status="waitlist")
    assert waiting.user_id == "dan"
    assert events(row) == ["session.updated", *["registration.promoted"] * 2]


def test_a_past_time_is_refused(account):
    with pytest.raises(InvalidFields, match="scheduled_at: This is in the past"):
        update(session(account), scheduled_at=timezone.now() - timedelta(hours=1))


def test_another_user_changes_nothing(account):
    row = session(account)
    with pytest.raises(NotAllowed):
        update_session(row.pk, user_caller(account, "anna"), {"title": "Mine"})
    assert update_session(row.pk, user_caller(account), {"title": "Mine"}).title == "Mine"


def test_a_live_session_is_not_moved(account):
    row = session(account, status="live", started_at=timezone.now())
    with pytest.raises(SessionStateError, match="The session is live; its scheduled_at cannot be changed"):
        update(row, scheduled_at=IN_3_DAYS)


@pytest.mark.django_db(transaction=True)
def test_the_providers_room_is_moved_too(account, rooms, sandbox):
    row = session(account)
    call = ensure_call(row)
    update(row, scheduled_at=IN_3_DAYS, title="Another")
    call.refresh_from_db()
    assert (call.scheduled_at, call.title) == (IN_3_DAYS, "Another")
    assert sandbox.room("default", str(call.pk))["custom"]["title"] == "Another"


def test_of_two_changes_at_once_the_room_shows_the_later(
    account, rooms, sandbox, django_capture_on_commit_callbacks
):
    row = session(account)
    call = ensure_call(row)
    with django_capture_on_commit_callbacks() as tell:
        update(row, title="First")
        update(row, title="Second")
    assert len(tell) >= 2
    for each in reversed(tell):
        each()
    assert sandbox.room("default", str(call.pk))["custom"]["title"] == "Second"


@pytest.mark.django_db(transaction=True)
def test_a_room_that_cannot_be_moved_hinders_nothing(account, rooms, sandbox):
    row = session(account)
    call = ensure_call(row)
    sandbox.add_fault("change_room", "500", times=3)
    assert update(row, scheduled_at=IN_3_DAYS).scheduled_at == IN_3_DAYS
    start_call(call.pk, account_id=account.pk, actor="test")
    assert update(row, scheduled_at=IN_3_DAYS + timedelta(days=1)).calendar_sequence == 2
    assert Call.objects.get(pk=call.pk).scheduled_at == IN_3_DAYS
    assert Activity.objects.filter(call=call).exists()


@pytest.mark.django_db(transaction=True)
def test_changes_of_the_capacity_race_with_registrations(account):
    row = session(account, max_participants=5)

    def act(number):
        try:
            if number % 4 == 0:
                return update(row, max_participants=3 + number // 4)
            person = Registrant(user_id=f"u{number}")
            return register(row.pk, person, key_caller(account))
        except SessionStateError as error:
            return error

    at_once(16, act)
    row.refresh_from_db()
    seated = Registration.objects.filter(session=row, status="registered").count()
    waiting = Registration.objects.filter(session=row, status="waitlist").count()
    assert (row.registered_count, row.waitlist_count) == (seated, waiting)
    assert seated == min(12, row.max_participants)
