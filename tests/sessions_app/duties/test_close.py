"""A session ends with its maximum duration."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session, SessionDuty
from sessions_app.schedule import plan_duties
from tests.sessions_app.factories import key_caller, session
from tests.support.draining import drain


@pytest.mark.django_db(transaction=True)
def test_it_ends_with_its_call(account, rooms):
    row = start_session(
        session(account, max_duration_minutes=60, host_grace_minutes=0).pk, key_caller(account)
    )
    drain(SessionDuty)
    row.refresh_from_db()
    assert row.status == "live"
    ago = timezone.now() - timedelta(minutes=61)
    Session.objects.filter(pk=row.pk).update(scheduled_at=ago, started_at=ago)
    row.refresh_from_db()
    plan_duties(row)
    drain(SessionDuty)
    row.refresh_from_db()
    assert (row.status, row.end_reason) == ("ended", "The session reached its maximum duration.")
    assert Call.objects.get(pk=row.call_id).end_code == "session_ended"
