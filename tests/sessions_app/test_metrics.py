"""Gauges of sessions: open, overdue, never overbooked; mails that wait."""

from datetime import timedelta

from django.utils import timezone

from liveplatform.observability.metrics import gauges
from sessions_app.metrics import GAUGES, overbooked, overdue, unattended
from sessions_app.models import Mail, Registration, Session


def session(account, **fields) -> Session:
    given = {"brand_id": "acme", "host_id": "host", "title": "t", "max_participants": 1}
    return Session.objects.create(account=account, **{"scheduled_at": timezone.now(), **given, **fields})


def read(name: str) -> dict:
    (gauge,) = (gauge for gauge in GAUGES if gauge.name == name)
    return {tuple(labels): value for *labels, value in gauge.read()}


def ago(**delta) -> object:
    return timezone.now() - timedelta(**delta)


def test_they_are_registered():
    assert {gauge.name for gauge in GAUGES} <= {gauge.name for gauge in gauges()}


def test_open_sessions_are_counted_by_status(account):
    for status in ("scheduled", "scheduled", "live", "ended", "cancelled"):
        session(account, status=status)
    assert read("liveplatform_sessions_open") == {("scheduled",): 2, ("live",): 1}


def test_a_session_without_its_host_is_overdue_after_its_own_grace(account):
    late = session(account, scheduled_at=ago(minutes=40))
    patient = session(account, scheduled_at=ago(minutes=40), host_grace_minutes=60)
    session(account, scheduled_at=ago(minutes=40), host_grace_minutes=0)
    assert list(overdue()) == [late]
    Session.objects.filter(pk=patient.pk).update(scheduled_at=ago(minutes=70))
    assert set(overdue()) == {late, patient}


def test_a_live_session_is_overdue_after_its_own_limit(account):
    for minutes, limit in ((250, None), (290, None), (60, 30), (60, 60), (600, 900)):
        session(account, status="live", started_at=ago(minutes=minutes), max_duration_minutes=limit)
    assert sorted(s.max_duration_minutes or 0 for s in overdue()) == [0, 30]


def test_the_database_lets_no_open_session_be_overbooked(account):
    session(account, registered_count=1)
    session(account, status="ended", registered_count=3)
    assert overbooked().count() == 0


def test_sessions_of_inactive_accounts_are_seen(account):
    session(account)
    assert unattended().count() == 0
    account.is_active = False
    account.save()
    assert unattended().count() == 1


def test_mails_that_wait_or_were_given_up(account):
    one = session(account)
    person = Registration.objects.create(session=one, person_key="user:a", user_id="a", email="a@example.com")
    for number, state in enumerate(("pending", "running", "failed", "done")):
        Mail.objects.create(
            session=one, registration=person, kind="reminder", cause=state, number=number, state=state
        )
    assert read("liveplatform_mails") == {("waiting",): 2, ("failed",): 1}
