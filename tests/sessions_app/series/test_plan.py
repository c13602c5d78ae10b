"""Planning: what was planned stays, nothing is planned twice, and wall-clock time stays."""

from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate, islice
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_app.models import Series, Session
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.edit import edit_all
from sessions_app.series.plan import FOREVER, HORIZON, plan, plan_further, upcoming_times
from sessions_app.series.registrations import register_for_series
from sessions_app.tasks import plan_series
from tests.sessions_app.factories import key_caller, session
from tests.sessions_app.series.support import series, sessions
from tests.support.concurrency import at_once

RULES = (
    "FREQ=DAILY;INTERVAL=9",
    "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY",
)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu")


def test_planned_twice_is_planned_once(account):
    row = series(account, "FREQ=WEEKLY")
    before = [each.pk for each in sessions(row)]
    assert plan(row) == [] and plan_further() == 0
    assert [each.pk for each in sessions(row)] == before


def test_the_horizon_moves_on(account):
    row = series(account, "FREQ=WEEKLY")
    before = len(sessions(row))
    assert plan_further(timezone.now() + timedelta(days=14)) == 2
    assert plan_further(timezone.now() + timedelta(days=14)) == 0
    assert len(sessions(row)) == before + 2


def test_a_rule_that_ended_is_not_looked_at_any_more(account):
    row = series(account)
    assert row.planned_until == FOREVER
    assert plan_series() == "0 sessions were made."


def test_a_cancelled_series_is_left_alone(account):
    row = series(account, "FREQ=WEEKLY")
    Series.objects.filter(pk=row.pk).update(is_active=False)
    assert plan_further(timezone.now() + timedelta(days=14)) == 0


def test_a_deleted_session_is_not_made_again(account):
    row = series(account, "FREQ=WEEKLY")
    number = len(sessions(row))
    sessions(row)[1].delete()
    plan_further(timezone.now() + timedelta(days=7))
    assert len(sessions(row)) == number


@given(
    rule=st.sampled_from(RULES),
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    days=st.lists(st.integers(0, 80), max_size=3).map(lambda days: list(accumulate(days))),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_planning_in_pieces_is_planning_at_once(account, rule, zone, hour, days):
    """However often it is planned, each time of the rule has one session, at the same hour on the wall."""
    tz = ZoneInfo(zone)
    start = (timezone.now().astimezone(tz) + timedelta(days=2)).replace(hour=hour, minute=0, fold=0)
    with transaction.atomic():
        row = series(account, rule, starts_at=start, timezone=zone)
        for day in days:
            plan_further(timezone.now() + timedelta(days=day))
        times = [each.scheduled_at for each in sessions(row)]
        assert len(set(times)) == len(times) >= 2
        now = timezone.now() + timedelta(days=max(days, default=0))
        expected = [at for at in _all(row) if at <= max(now + HORIZON - timedelta(days=1), times[-1])]
        assert times == expected
        for at in times:
            there = at.astimezone(tz)
            naive = datetime.combine(there.date(), start.time())
            exists = naive.replace(tzinfo=tz).astimezone(ZoneInfo("UTC")).astimezone(tz).hour == hour
            assert there.hour == hour or not exists
        transaction.set_rollback(True)


def _all(row):
    return islice(upcoming_times(row, timezone.now()), 100)


@pytest.mark.django_db(transaction=True)
def test_raced_planning_makes_each_session_once(account):
    row = series(account, "FREQ=DAILY")
    later = timezone.now() + timedelta(days=5)
    assert sum(at_once(6, lambda _: plan_further(later))) == 5
    times = [each.original_at for each in sessions(row)]
    assert len(times) == len(set(times))


@pytest.mark.django_db(transaction=True)
def test_edits_registrations_and_planning_at_once(account):
    """Whoever comes second waits; nobody is lost, and nothing is made twice."""
    row = series(account, "FREQ=DAILY;COUNT=12")
    caller, later = key_caller(account), timezone.now() + timedelta(days=5)
    people = [Registrant(user_id=name) for name in ("anna", "ben")]
    acts = [
        lambda: edit_all(row.pk, caller, {"title": "Clinic"}),
        lambda: edit_all(row.pk, caller, {"rule": "FREQ=DAILY;INTERVAL=2;COUNT=8"}),
        lambda: plan_further(later),
        *(partial(register_for_series, row.pk, person, caller) for person in people),
    ]
    at_once(len(acts), lambda number: acts[number]())
    open_ = [each for each in sessions(row) if each.status == Session.Status.SCHEDULED]
    assert len(open_) == 8 and {each.title for each in open_} == {"Clinic"}
    assert {each.registered_count for each in open_} == {2}


def test_the_database_refuses_a_second_session_at_a_time(account):
    row = series(account)
    first = sessions(row)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        session(account, series=row, original_at=first.original_at)
    assert Session.objects.filter(series=row).count() == 4
