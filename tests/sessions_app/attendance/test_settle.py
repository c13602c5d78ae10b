"""The attendance of a session is settled once its call was checked with the provider."""

import json
from datetime import timedelta

from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, RecordingSync
from liveplatform.webhooks.models import Event
from sessions_app.attendance.settle import (
    MAX_WAIT,
    Counts,
    counts_of,
    is_checked,
    is_settled,
    settle_attendance,
)
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Registration, Session
from tests.sessions_app.attendance.test_people import held, three_kinds, was_there
from tests.sessions_app.factories import HOST, key_caller, registration, session
from tests.support.draining import drain


def over(made):
    Call.objects.filter(pk=made.call_id).update(ended_at=timezone.now(), status="ended")
    Session.objects.filter(pk=made.pk).update(status="ended", ended_at=timezone.now())
    return Session.objects.get(pk=made.pk)


def test_who_came_is_put_on_record_and_published(account):
    made = held(account)
    anna, patient, guest = three_kinds(made)
    was_there(made, "anna", left=2)
    was_there(made, "p-1", joined=1)
    waiting = registration(made, user_id="ben", status="waitlist")
    assert (counts_of(made), is_settled(made)) == (Counts(3, 2, 1), False)
    made = over(made)
    assert settle_attendance(made) == counts_of(made) == Counts(3, 2, 1)
    seconds = dict(Registration.objects.values_list("pk", "attended_seconds"))
    assert seconds[anna.pk] == 120 and seconds[patient.pk] > 0
    assert (seconds[guest.pk], seconds[waiting.pk], is_settled(made)) == (0, None, True)
    event = Event.objects.get(type="attendance.ready", subject_id=made.pk)
    assert json.loads(event.body)["data"]["attendance"] == {"registered": 3, "attended": 2, "absent": 1}


def test_hosts_who_are_registered_are_not_counted(account):
    made = held(account)
    registration(made)
    host = registration(made, user_id=HOST, role="host")
    was_there(made, HOST, left=1)
    assert counts_of(made) == Counts(1, 0, 1)
    made = over(made)
    assert settle_attendance(made) == Counts(1, 0, 1)
    host.refresh_from_db()
    assert host.attended_seconds == 60


def test_a_session_without_a_call_has_nobody(account):
    made = session(account, status="ended")
    registration(made)
    assert is_checked(made)
    assert settle_attendance(made) == Counts(1, 0, 1)


def test_who_came_is_not_guessed(account):
    made = held(account)
    registration(made)
    Call.objects.filter(pk=made.call_id).update(joined_at=timezone.now())
    made = over(made)
    assert settle_attendance(made) is None
    assert not is_settled(made)
    assert not Event.objects.filter(type="attendance.ready").exists()


def test_the_provider_is_asked_and_waited_for(account, rooms):
    made = start_session(session(account).pk, key_caller(account))
    assert not is_checked(made), "its call is live"
    made = end_session(made.pk, key_caller(account))
    made.refresh_from_db()
    assert not is_checked(made), "now it is asked"
    drain(RecordingSync)
    assert is_checked(made)


def test_nothing_is_waited_for_longer_than_that(account, rooms, sandbox):
    made = start_session(session(account).pk, key_caller(account))
    end(made.call_id, account_id=account.pk, actor="test")
    sandbox.add_fault("list_recordings", "500", times=5)
    made = Session.objects.get(pk=made.pk)
    assert not is_checked(made)
    drain(RecordingSync)
    assert not is_checked(made), "it did not answer"
    Call.objects.filter(pk=made.call_id).update(ended_at=timezone.now() - MAX_WAIT - timedelta(seconds=1))
    assert is_checked(Session.objects.get(pk=made.pk))


def test_it_is_asked_also_when_workers_come_late(account, rooms):
    made = start_session(session(account).pk, key_caller(account))
    made = end_session(made.pk, key_caller(account))
    ago = timezone.now() - 2 * MAX_WAIT
    Call.objects.filter(pk=made.call_id).update(ended_at=ago)
    Session.objects.filter(pk=made.pk).update(ended_at=ago)
    made = Session.objects.get(pk=made.pk)
    assert not is_checked(made)
    drain(RecordingSync)
    assert is_checked(made)
