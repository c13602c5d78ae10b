"""Move the sessions of a series to the times of its rule, when rule, zone or start have changed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.lifecycle.cancel import cancel_session
from sessions_app.models import Series, Session
from sessions_app.series.lookup import lock_places, zone_of
from sessions_app.series.plan import HORIZON, upcoming_times

FALLS_AWAY = "The series has no session at this time any more."


def retime(series: Series, sessions: Sequence[Session], caller: Caller, before: ZoneInfo) -> list[Session]:
    """Match the sessions of a locked series to the rule's new times, by day; returns those that stay.

    They have their new time as `original_at`; moving them to it is left to the caller. `sessions` are those
    to come, locked; `before` is the zone of their days. Those without a time are cancelled, unless they are
    exceptions. A session that was cancelled, or edited apart, keeps its day free of another. What is missing
    is left to `plan`.
    """
    movable = {session.pk: session for session in sessions if not session.is_exception}
    places = lock_places(series, timezone.now())
    times = _times_by_day(series, places)
    given = frozenset(times.values())
    Session.objects.filter(pk__in=[place.pk for place in places]).update(original_at=None)
    stay: list[Session] = []
    for place in sorted(places, key=lambda place: place.pk not in movable):
        at = times.pop(_day(place.original_at, before), None)
        session = movable.get(place.pk)
        if session is None:
            _keep(place, at, given)
        elif at is None:
            Session.objects.filter(pk=session.pk).update(is_exception=True)  # if it is ever restored
            cancel_session(session.pk, caller, FALLS_AWAY)
        else:
            session.original_at = at
            session.save(update_fields=["original_at"])
            stay.append(session)
    series.planned_until = None
    return stay


def _times_by_day(series: Series, places: Sequence[Session]) -> dict[date, datetime]:
    now, zone = timezone.now(), zone_of(series)
    latest = max((place.original_at for place in places if place.original_at), default=now)
    until = max(now + HORIZON, latest + timedelta(days=2))
    times = takewhile(lambda at: at <= until, upcoming_times(series, now))
    return {_day(at, zone): at for at in times}


def _day(at: datetime | None, zone: ZoneInfo) -> date:
    assert at is not None  # noqa: S101 - of a place
    return at.astimezone(zone).date()


def _keep(place: Session, at: datetime | None, given: frozenset[datetime]) -> None:
    """An exception, or a session that is over, stays as it is; only its place in the rule moves.

    One without a time of its own keeps the former, unless that is another's now.
    """
    original = at or (None if place.original_at in given else place.original_at)
    Session.objects.filter(pk=place.pk).update(original_at=original)
