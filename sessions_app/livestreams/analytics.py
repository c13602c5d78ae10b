"""Sums over the runs of an app's livestreams, of a bounded time, with one query each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from sessions_app.models import App, LivestreamSession

# Without a time that is asked for, and the longest that may be.
DEFAULT_SPAN, MAX_SPAN = timedelta(days=30), timedelta(days=366)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # nothing ran before


def overall(app: App, start: datetime | None, end: datetime | None) -> dict[str, int]:
    """How many livestreams ran, and for how long."""
    sums = _runs(app, start, end).aggregate(
        count=Count("livestream", distinct=True),
        total_ingest_seconds=Sum("stream__seconds", default=0),
        total_viewer_seconds=Sum("viewer_seconds", default=0),
    )
    return {name: int(value) for name, value in sums.items()}


def daywise(app: App, start: datetime | None, end: datetime | None) -> list[dict[str, Any]]:
    """The same of each day (UTC) on which livestreams were started; `count` is of runs."""
    days = (
        _runs(app, start, end)
        .annotate(date=TruncDate("created_at"))
        .values("date")
        .annotate(
            count=Count("pk"),
            total_ingest_seconds=Sum("stream__seconds", default=0),
            total_viewer_seconds=Sum("viewer_seconds", default=0),
        )
    )
    return [dict(day) for day in days.order_by("date")]


def span(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """The time that is looked at: MAX_SPAN before its end at the most."""
    until = max(end or timezone.now(), EARLIEST)
    since = start or until - DEFAULT_SPAN
    return max(since, until - MAX_SPAN), until


def _runs(app: App, start: datetime | None, end: datetime | None) -> QuerySet[LivestreamSession]:
    since, until = span(start, end)
    return LivestreamSession.objects.filter(livestream__app=app, created_at__gte=since, created_at__lt=until)
