"""Streams that run at a provider though none should: they are billed, so they are stopped again and told.

In the transaction that wrote what a check found, its stream locked.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.kinds import STILL_LIVE, Change, report
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

Kind = StreamStep.Kind
# How long after a stop was given up workers take it up again, if the stream is still to be stopped.
TAKE_UP_AFTER = timedelta(minutes=10)


def found_live(stream: MediaStream) -> None:
    """A locked stream that is over here runs at its provider. Told once; it is stopped each time."""
    log.error(
        "stream_still_live",
        stream_id=str(stream.pk),
        provider=stream.provider,
        minutes=stream.minutes,
        cost=str(stream.cost or ""),
    )
    if stream.still_live_at is None:
        stream.still_live_at = Now()
        stream.save(update_fields=["still_live_at"])
        stream.refresh_from_db(fields=["still_live_at"])
        report([Change(stream, STILL_LIVE)])
    stop_again(stream)


def stop_again(stream: MediaStream) -> None:
    """Stop a locked stream that is over here; at its provider it may run."""
    steps = StreamStep.objects.filter(stream=stream, kind=Kind.STOP)
    if steps.exists():
        steps.update(payload={"again": True})
        steps.restart()
    else:
        StreamStep.of(stream, Kind.STOP, payload={"again": True}).save()
    ring(StreamStep.queue)


def keep_watching(stream: MediaStream, check: StreamStep) -> None:
    """An open stream's check goes on whatever happened, and takes up a stop that was given up a while ago."""
    if check.is_settled:
        check.restart()
    if stream.stop_requested_at:
        given_up = StreamStep.objects.filter(stream=stream, kind=Kind.STOP, state=StreamStep.State.FAILED)
        given_up.filter(settled_at__lt=Now() - TAKE_UP_AFTER).restart()


def find_strays(stream: MediaStream, check: StreamStep) -> None:
    """Of the streams that its provider lists beside it under our names: none may run without an open row.

    A row that is over is an orphan, and stops its stream itself. A stream of no row, or a second one of a
    row, is stopped by the next check, which comes at once.
    """
    others = {
        each["name"]: each["id"] for each in check.result.get("others", ()) if is_our_name(each["name"])
    }
    if not others and not check.payload:
        return
    rows = {row.name: row for row in MediaStream.objects.filter(pk__in=[UUID(hex=name) for name in others])}
    over = [
        row.pk for row in rows.values() if row.is_over and row.provider_stream_id in ("", others[row.name])
    ]
    strays = [
        {"id": id, "name": name}
        for name, id in others.items()
        if _is_stray(rows.get(name), id, check.stream_id)
    ]
    if over:
        transaction.on_commit(lambda: found_live_all(over))
    if strays:
        log.error("stray_streams", stream_id=str(stream.pk), provider=stream.provider, strays=len(strays))
    due: Mapping[str, object] = {"due_at": Now() + timedelta(seconds=1)} if strays else {}
    pending = StreamStep.objects.filter(pk=check.pk, state=StreamStep.State.PENDING)
    pending.update(payload={"strays": strays} if strays else {}, **due)


def _is_stray(row: MediaStream | None, id: str, of_check: UUID) -> bool:
    """Whether no open row accounts for the stream of this id; the row has its name."""
    if row is None:
        return True
    return row.pk == of_check or row.provider_stream_id not in ("", id)


def is_our_name(name: str) -> bool:
    """Whether it can be a name that we gave: a stream's id in 32 hexadecimal digits."""
    try:
        return UUID(hex=name).hex == name
    except ValueError:
        return False


def found_live_all(ids: Collection[UUID]) -> None:
    """The same of these streams, in a transaction of its own; those that are not over are left alone."""
    with transaction.atomic():
        rows = MediaStream.objects.filter(pk__in=ids).order_by("pk")
        for stream in rows.select_for_update(of=("self",), no_key=True):
            if stream.is_over:
                found_live(stream)
