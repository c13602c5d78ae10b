"""A session of a series that is deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.exceptions import NotAllowed, SessionNotFound, SessionStateError
from sessions_app.models import Session
from sessions_app.series.delete import delete_occurrence
from sessions_app.series.edit import edit_all
from sessions_app.series.plan import plan_further
from tests.sessions_app.factories import key_caller, registration, session, user_caller
from tests.sessions_app.series.support import next_week, series, sessions, wall_clock


def test_its_day_stays_free(account):
    row = series(account, "FREQ=WEEKLY")
    second = sessions(row)[1]
    delete_occurrence(second.pk, key_caller(account))
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 11)})
    plan_further(timezone.now() + timedelta(days=14))
    row.refresh_from_db()
    assert row.excluded == [second.original_at.isoformat()]
    days = [each.scheduled_at.date() for each in sessions(row)]
    assert second.scheduled_at.date() not in days and set(wall_clock(row)) == {"Mon 11:00"}


def test_an_exception_frees_the_day_of_its_rule(account):
    row = series(account)
    second = sessions(row)[1]
    Session.objects.filter(pk=second.pk).update(scheduled_at=second.scheduled_at + timedelta(days=1))
    delete_occurrence(second.pk, key_caller(account))
    row.refresh_from_db()
    assert row.excluded == [second.original_at.isoformat()]


def test_a_session_without_a_series(account):
    made = session(account)
    delete_occurrence(made.pk, key_caller(account))
    assert not Session.objects.exists()
    with pytest.raises(SessionNotFound):
        delete_occurrence(made.pk, key_caller(account))


def test_what_is_refused_excludes_nothing(account):
    row = series(account)
    first = sessions(row)[0]
    with pytest.raises(NotAllowed):
        delete_occurrence(first.pk, user_caller(account, "somebody"))
    with pytest.raises(SessionNotFound):
        delete_occurrence(first.pk, key_caller(account, brand_id="other"))
    registration(first)
    with pytest.raises(SessionStateError):
        delete_occurrence(first.pk, key_caller(account))
    row.refresh_from_db()
    assert row.excluded == [] and len(sessions(row)) == 4
