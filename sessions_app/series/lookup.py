"""Find series, and the sessions of a series."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from calls.models import Call
from sessions_app.caller import Caller
from sessions_app.exceptions import SeriesNotFound
from sessions_app.models import Series, Session
from sessions_app.series.rules import Rule


def series_of(account_id: UUID, brand_id: str = "") -> QuerySet[Series]:
    """The series that a caller of this account, and of this brand if it is bound to one, sees."""
    rows = Series.objects.filter(account_id=account_id)
    return rows.filter(brand_id=brand_id) if brand_id else rows


def get_series(series_id: UUID, caller: Caller) -> Series:
    """The series. Raises SeriesNotFound."""
    return _one(series_of(caller.account_id, caller.brand_id), series_id)


def lock_series(series_id: UUID, caller: Caller) -> Series:
    """The series, locked to the end of the transaction. Raises SeriesNotFound.

    A series is locked before its sessions, which are locked in the order of their ids.
    """
    rows = series_of(caller.account_id, caller.brand_id).select_for_update(of=("self",), no_key=True)
    return _one(rows, series_id)


def lock_upcoming(series: Collection[Series], now: datetime) -> list[Session]:
    """The sessions that have not begun; locked, in order of time.

    Sessions that were edited apart are among them (`is_exception`), also without a time of the rule.
    """
    rows = Session.objects.filter(series__in=series, status=Session.Status.SCHEDULED, scheduled_at__gt=now)
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sorted(locked, key=lambda session: session.scheduled_at)


def lock_places(series: Series, now: datetime) -> list[Session]:
    """Those, and every other session at a time of the rule that is to come, whatever became of it; locked.

    Their calls are locked too, for they may be ended.
    """
    rows = Session.objects.filter(series=series, original_at__isnull=False)
    to_come = rows.filter(Q(original_at__gt=now) | Q(scheduled_at__gt=now))
    places = list(to_come.select_for_update(of=("self",), no_key=True).order_by("pk"))
    Call.lock(place.call_id for place in places if place.call_id)
    return places


def zone_of(series: Series) -> ZoneInfo:
    """The zone in whose wall-clock time the rule is."""
    return ZoneInfo(series.timezone)


def rule_of(series: Series) -> Rule:
    """The rule, which was valid when it was saved."""
    return Rule.parse(series.rule)


def _one(rows: QuerySet[Series], series_id: UUID) -> Series:
    series = rows.filter(pk=series_id).first()
    if series is None:
        raise SeriesNotFound(str(series_id))
    return series
