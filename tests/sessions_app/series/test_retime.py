"""Sessions at the new times of a rule."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from sessions_app.models import Session
from sessions_app.series.lookup import lock_upcoming
from sessions_app.series.plan import plan
from sessions_app.series.retime import retime
from tests.sessions_app.factories import key_caller
from tests.sessions_app.series.support import BERLIN, next_week, scheduled, series, sessions, wall_clock


def apply(account, row, before: ZoneInfo = BERLIN) -> list[Session]:
    return retime(row, lock_upcoming([row], timezone.now()), key_caller(account), before)


def test_the_same_day_at_another_hour(account):
    row = series(account)
    row.starts_at = next_week(0, 15)
    stay = apply(account, row)
    assert [each.original_at.astimezone(BERLIN).strftime("%a %H:%M") for each in stay] == ["Mon 15:00"] * 4
    assert wall_clock(row) == ["Mon 10:00"] * 4  # moving them is left to the edit


def test_days_that_fall_away_are_cancelled_and_free_their_place(account):
    row = series(account, "FREQ=DAILY;COUNT=6")
    row.rule = "FREQ=DAILY;INTERVAL=2;COUNT=3"
    assert len(apply(account, row)) == 3 and len(scheduled(row)) == 3
    assert sum(each.original_at is None for each in sessions(row)) == 3
    assert plan(row) == []


def test_an_exception_outside_the_rule_stays(account):
    row = series(account, "FREQ=DAILY;COUNT=4")
    second = sessions(row)[1]
    Session.objects.filter(pk=second.pk).update(is_exception=True)
    row.rule = "FREQ=DAILY;INTERVAL=2;COUNT=2"
    apply(account, row)
    second.refresh_from_db()
    assert second.status == "scheduled" and second.original_at is not None
