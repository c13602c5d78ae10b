"""When a session's duties are due, and how they move."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.models import SessionDuty
from sessions_app.schedule import add_duty, closes_at, drop_duty, host_check_at, opens_at, plan_duties
from tests.sessions_app.factories import session
from tests.support.draining import claim

HOUR = timedelta(hours=1)
NOW = timezone.now()


def duties(row):
    return {(duty.kind, duty.slot): duty for duty in SessionDuty.objects.filter(session=row)}


def test_a_scheduled_session(account):
    row = session(account, scheduled_at=NOW + 2 * HOUR, reminder_minutes=[60, 60, 1440])
    plan_duties(row)
    planned = duties(row)
    assert planned.keys() == {("open", ""), ("remind", "60"), ("host_check", "")}
    assert planned["open", ""].due_at == row.scheduled_at - timedelta(minutes=15)
    assert planned["remind", "60"].due_at == row.scheduled_at - HOUR
    assert planned["host_check", ""].due_at == row.scheduled_at + timedelta(minutes=30)


def test_a_live_session_and_one_that_is_over(account):
    row = session(account, status="live", scheduled_at=NOW, started_at=NOW)
    plan_duties(row)
    assert duties(row).keys() == {("host_check", ""), ("close", "")}
    row.status = "ended"
    plan_duties(row)
    assert not duties(row)


@pytest.mark.parametrize(
    ("started", "expected"),
    [(timedelta(), 4 * HOUR), (HOUR, 5 * HOUR), (-timedelta(minutes=10), 4 * HOUR), (-2 * HOUR, 2 * HOUR)],
)
def test_its_limit_counts_from_its_time_or_its_start(account, started, expected):
    row = session(account, scheduled_at=NOW, started_at=NOW + started)
    assert closes_at(row) == NOW + expected


def test_the_host_has_time_after_a_late_start(account):
    row = session(account, scheduled_at=NOW, started_at=NOW + HOUR, host_grace_minutes=10)
    assert host_check_at(row) == NOW + HOUR + timedelta(minutes=10)
    row.host_grace_minutes = 0
    assert host_check_at(row) is None


def test_a_duty_that_was_done_is_done_again_for_another_time_only(account):
    row = session(account)
    plan_duties(row)
    SessionDuty.objects.update(state="done", settled_at=NOW)
    plan_duties(row)
    assert {duty.state for duty in duties(row).values()} == {"done"}
    row.scheduled_at += HOUR
    plan_duties(row)
    assert {duty.state for duty in duties(row).values()} == {"pending"}
    assert duties(row)["open", ""].due_at == opens_at(row)


def test_a_duty_that_is_moved_while_it_runs_is_not_settled(account):
    row = session(account, scheduled_at=NOW)
    plan_duties(row)
    running = next(duty for duty in claim(SessionDuty) if duty.kind == "open")
    row.scheduled_at += HOUR
    plan_duties(row)
    assert duties(row)["open", ""].fencing_token > running.fencing_token


def test_one_duty_is_added_moved_and_dropped(account):
    row = session(account)
    add_duty(row, SessionDuty.Kind.OFFER, "r1", NOW)
    add_duty(row, SessionDuty.Kind.OFFER, "r1", NOW + HOUR)
    assert duties(row)["offer", "r1"].due_at == NOW + HOUR
    drop_duty(row, SessionDuty.Kind.OFFER, "r1")
    assert not duties(row)
