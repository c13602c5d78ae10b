"""Cancelling, restoring and deleting sessions."""

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from liveplatform.webhooks.models import Event
from sessions_app.exceptions import InvalidFields, NotAllowed, SessionNotFound, SessionStateError
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.cancel import cancel_session, delete_session, restore_session
from sessions_app.models import Mail, Series, SessionDuty
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.schedule import plan_duties
from tests.sessions_app.factories import key_caller, registration, session, user_caller


def cancelled(account, **fields):
    row = session(account, **fields)
    registration(row)
    plan_duties(row)
    return cancel_session(row.pk, key_caller(account), "Ill.")


def test_everybody_is_told_and_nothing_is_left_to_do(account):
    row = session(account, max_participants=1)
    registration(row), registration(row, user_id="ben", status="waitlist", waitlist_number=1)
    registration(row, user_id="cora", status="cancelled")
    plan_duties(row)
    done = cancel_session(row.pk, key_caller(account), "Ill.")
    assert (done.status, done.end_reason, done.calendar_sequence) == ("cancelled", "Ill.", 1)
    mails = set(Mail.objects.values_list("registration__user_id", "kind", "calendar_sequence"))
    assert mails == {("anna", "cancelled", 1), ("ben", "cancelled", 1)}
    assert not SessionDuty.objects.exists()


def test_a_made_call_is_ended(account, rooms):
    row = session(account)
    call = ensure_call(row)
    cancel_session(row.pk, key_caller(account))
    assert Call.objects.get(pk=call.pk).end_code == "session_ended"


def test_a_restored_session_is_as_it_was(account):
    row = restore_session(cancelled(account).pk, key_caller(account))
    assert (row.status, row.cancelled_at, row.registered_count, row.calendar_sequence) == (
        "scheduled",
        None,
        1,
        2,
    )
    assert set(Mail.objects.values_list("kind", flat=True)) == {"cancelled", "restored"}
    assert SessionDuty.objects.filter(session=row, kind="open").exists()
    types = Event.objects.filter(subject_id=row.pk).order_by("sequence").values_list("type", flat=True)
    assert list(types) == ["session.cancelled", "session.updated"]


def test_a_time_that_has_passed_needs_another(account):
    row = cancelled(account, scheduled_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(SessionStateError, match="restore it with another scheduled_at"):
        restore_session(row.pk, key_caller(account))
    with pytest.raises(InvalidFields):
        restore_session(row.pk, key_caller(account), timezone.now() - timedelta(hours=2))
    at = timezone.now() + timedelta(days=1)
    assert restore_session(row.pk, key_caller(account), at).scheduled_at == at


def test_a_restoration_to_another_time_is_a_reschedule_too(account):
    starts_at = timezone.now() + timedelta(days=1)
    series = Series.objects.create(
        account=account, starts_at=starts_at, rule="FREQ=WEEKLY", max_participants=5
    )
    row = cancelled(account, series=series, original_at=starts_at)
    before, at = row.scheduled_at, timezone.now() + timedelta(days=2)
    row = restore_session(row.pk, key_caller(account), at)
    (event,) = Event.objects.filter(subject_id=row.pk, type="session.rescheduled")
    data = json.loads(event.body)["data"]
    assert [datetime.fromisoformat(data["previous_scheduled_at"]), row.is_exception] == [before, True]
    mails = Mail.objects.order_by("number").values_list("kind", flat=True)
    assert list(mails) == ["cancelled", "restored"], "one mail tells of both"


def test_a_host_takes_no_cancellation_back(account):
    with pytest.raises(NotAllowed):
        restore_session(cancelled(account).pk, user_caller(account))


def test_no_mail_is_lost_by_a_deletion(account):
    row = session(account)
    cancel_registration(row.pk, registration(row).pk, key_caller(account))
    with pytest.raises(SessionStateError, match="1 mails about the session are still to be sent"):
        delete_session(row.pk, key_caller(account))
    Mail.objects.update(state="done")
    delete_session(row.pk, key_caller(account))
    assert not Mail.objects.exists()


def test_a_session_without_people_is_deleted(account, rooms):
    row = session(account)
    registration(row, status="cancelled")
    call = ensure_call(row)
    delete_session(row.pk, key_caller(account))
    assert Call.objects.get(pk=call.pk).is_over
    with pytest.raises(SessionNotFound):
        delete_session(row.pk, key_caller(account))
