"""A session without its host is cancelled, or ended, and everybody is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Participant
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, Session, SessionDuty
from sessions_app.schedule import plan_duties
from tests.sessions_app.factories import key_caller, registration, session
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def checked(row):
    """The session after its grace."""
    row.refresh_from_db()
    ago = timezone.now() - timedelta(minutes=31)
    Session.objects.filter(pk=row.pk).update(scheduled_at=ago, started_at=row.started_at and ago)
    row.refresh_from_db()
    plan_duties(row)
    SessionDuty.objects.exclude(kind="host_check").delete()
    drain(SessionDuty)
    row.refresh_from_db()
    return row.status, row.end_reason


def was_there(row, identity):
    Participant.objects.create(call_id=row.call_id, identity=identity, first_joined_at=timezone.now())
    Call.objects.filter(pk=row.call_id).update(joined_at=timezone.now())


def test_before_its_start_it_is_cancelled(account, rooms):
    row = session(account)
    registration(row)
    call = ensure_call(row)
    assert checked(row) == ("cancelled", "The host did not come.")
    assert Mail.objects.get().kind == "cancelled" and Call.objects.get(pk=call.pk).end_code == "session_ended"


def test_a_live_one_is_ended(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    registration(row)
    was_there(row, "anna")
    assert checked(row) == ("ended", "The host did not come.")
    mail = Mail.objects.get()
    assert (mail.details, mail.calendar_sequence) == ({"reason": "The host did not come."}, 1)


@pytest.mark.parametrize("identity", ["host-1", "helper"])
def test_with_a_host_or_co_host_it_goes_on(account, rooms, identity):
    row = start_session(session(account, co_host_ids=["helper"]).pk, key_caller(account))
    was_there(row, identity)
    assert checked(row) == ("live", "")


def test_a_provider_that_names_nobody_ends_nothing(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    Call.objects.filter(pk=row.call_id).update(joined_at=timezone.now())
    assert checked(row)[0] == "live"


def test_zero_is_never(account, rooms):
    row = session(account, host_grace_minutes=0)
    assert checked(row)[0] == "scheduled"
