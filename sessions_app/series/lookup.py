"""Find series, and the sessions of a series."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

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


def lock_upcoming(series: Series, now: datetime, start: datetime | None = None) -> list[Session]:
    """The sessions that have not begun, of the rule's times from `start` on; locked, in order of time.

    Sessions that were edited apart are among them (`is_exception`).
    """
    rows = Session.objects.filter(
        series=series, status=Session.Status.SCHEDULED, scheduled_at__gt=now, original_at__isnull=False
    )
    if start is not None:
        rows = rows.filter(original_at__gte=start)
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sorted(locked, key=lambda session: session.scheduled_at)


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
