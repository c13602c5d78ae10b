"""Gauges of media streams for /metrics; each query is answered by a partial index."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from calls.models.media_stream import IS_OPEN, MediaStream
from calls.models.stream_step import StreamStep
from liveplatform.observability.metrics import Gauge, Sample

OVERDUE_AFTER = timedelta(seconds=5)
UNCONFIRMED_AFTER = timedelta(minutes=1)


def open_streams() -> QuerySet[MediaStream]:
    return MediaStream.objects.filter(IS_OPEN)


def overdue() -> QuerySet[MediaStream]:
    """Open streams past their maximum duration."""
    return open_streams().filter(expires_at__lt=Now() - OVERDUE_AFTER)


def unconfirmed() -> QuerySet[MediaStream]:
    """Streams whose stop was accepted more than a minute ago, and is not confirmed."""
    return open_streams().filter(stop_requested_at__lt=Now() - UNCONFIRMED_AFTER)


def given_up() -> QuerySet[StreamStep]:
    """The stops that were given up: their streams may run."""
    return StreamStep.objects.filter(kind=StreamStep.Kind.STOP, state=StreamStep.State.FAILED)


def orphans() -> QuerySet[MediaStream]:
    """Streams that were found running after their end, and whose stop has no definite outcome yet."""
    found = MediaStream.objects.exclude(IS_OPEN).filter(still_live_at__isnull=False)
    stops = StreamStep.objects.filter(stream=OuterRef("pk"), kind=StreamStep.Kind.STOP)
    return found.filter(Exists(stops.filter(state__in=(*StreamStep.OPEN, StreamStep.State.FAILED))))


def _by_kind_and_status() -> list[Sample]:
    counts = open_streams().order_by().values_list("kind", "status").annotate(streams=Count("pk"))
    found = {(kind, status): count for kind, status, count in counts}
    pairs = [(kind.value, status) for kind in MediaStream.Kind for status in ("starting", "live", "stopping")]
    return [(*pair, found.get(pair, 0)) for pair in pairs]


GAUGES = [
    Gauge(
        "liveplatform_streams_open",
        "Media streams that are not over.",
        _by_kind_and_status,
        labels=("kind", "status"),
    ),
    Gauge(
        "liveplatform_streams_overdue",
        "Media streams more than five seconds past their maximum duration.",
        lambda: [(overdue().count(),)],
    ),
    Gauge(
        "liveplatform_streams_unconfirmed",
        "Media streams whose stop was accepted more than a minute ago, and is not confirmed.",
        lambda: [(unconfirmed().count(),)],
    ),
    Gauge(
        "liveplatform_stream_stops_given_up",
        "Media streams whose attempts to stop them were given up, and that may run.",
        lambda: [(given_up().count(),)],
    ),
    Gauge(
        "liveplatform_streams_still_live",
        "Media streams that are over here, run at their provider, and are being stopped again.",
        lambda: [(orphans().count(),)],
    ),
]
