"""Make the sessions of a series up to a horizon: at its creation, at edits, and every 15 minutes (tasks.py).

A series is planned with its row locked, and remembers up to which time: planned twice, it is planned once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.lifecycle.create import create_session
from sessions_app.models import Series, Session
from sessions_app.models.details import SessionDetails
from sessions_app.series.enrol import enrol_everybody
from sessions_app.series.lookup import rule_of, zone_of

HORIZON = timedelta(days=90)
# Sessions that are always ahead, of a rule that gives fewer within the horizon.
MIN_AHEAD = 2
# Of a series whose rule has come to its end.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
# A series is planned anew when so much of the horizon is not.
PLANNING_INTERVAL = timedelta(days=1)
DETAILS = tuple(field.name for field in SessionDetails._meta.local_fields)
BATCH = 200


def plan(series: Series, now: datetime | None = None, *, is_quiet: bool = True) -> list[Session]:
    """Make the sessions that are due to be made of a locked series; returns them in order of time.

    Everybody who is registered for the series is registered for them; `is_quiet`: without a mail about it.
    """
    now = now or timezone.now()
    taken = set(Session.objects.filter(series=series).values_list("original_at", flat=True))
    times = [at for at in _times_to_plan(series, now) if at not in taken]
    sessions = [_make(series, at) for at in times]
    series.save()
    enrol_everybody(series, sessions, is_quiet=is_quiet)
    return sessions


def upcoming_times(series: Series, now: datetime) -> Iterator[datetime]:
    """The times of the rule after now, without those on days that are excluded."""
    zone = zone_of(series)
    excluded = {datetime.fromisoformat(text).astimezone(zone).date() for text in series.excluded}
    times = rule_of(series).times(series.starts_at, zone)
    return (at for at in times if at > now and at.astimezone(zone).date() not in excluded)


def plan_further(now: datetime | None = None) -> int:
    """Plan every active series whose horizon has moved on; returns the number of sessions made.

    A series that somebody edits meanwhile is left to them.
    """
    now = now or timezone.now()
    active = Series.objects.filter(is_active=True, account__is_active=True)
    due = active.filter(planned_until__lt=now + HORIZON - PLANNING_INTERVAL)
    made = 0
    for series_id in list(due.order_by("planned_until").values_list("pk", flat=True)[:BATCH]):
        made += _plan_one(series_id, now)
    return made


def _plan_one(series_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        rows = Series.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        series = rows.filter(pk=series_id, is_active=True).first()
        return len(plan(series, now)) if series else 0


def _times_to_plan(series: Series, now: datetime) -> Iterator[datetime]:
    """The times after `planned_until`, which is moved on."""
    done, horizon = series.planned_until, now + HORIZON
    until = max(horizon, done or horizon)
    for ahead, at in enumerate(upcoming_times(series, now)):
        if at > until and ahead >= MIN_AHEAD:
            series.planned_until = until
            return
        until = max(until, at)
        if done is None or at > done:
            yield at
    series.planned_until = FOREVER


def _make(series: Series, at: datetime) -> Session:
    details: dict[str, Any] = {name: getattr(series, name) for name in DETAILS}
    caller = Caller(series.account_id, series.created_by, is_trusted=True)
    return create_session(caller, details | {"series": series, "original_at": at, "scheduled_at": at})
