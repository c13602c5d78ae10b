"""In which order a stream's callbacks are made: StopStream after all others, and once."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from liveplatform.work.doorbell import ring

START, STOP = "StartStream", "StopStream"
KIND = StreamStep.Kind.CALLBACK


def put_callback(stream: MediaStream, event: str, says: dict[str, Any], *, slot: str = "") -> None:
    """Put a callback of a locked stream on record, once per slot (by default the event's name)."""
    is_last = event == STOP
    waits = is_last and _others(stream.pk).exists()
    fields: dict[str, Any] = {"due_at": None} if waits else {}
    step = StreamStep.of(stream, KIND, slot=(slot or event)[:40], payload={"event": event, **says}, **fields)
    # A slow receiver keeps no stop waiting: the callbacks of one share places of their own.
    step.concurrency_key = uuid5(NAMESPACE_URL, urlsplit(stream.parameters["status_callback_url"]).netloc)
    StreamStep.objects.bulk_create([step], ignore_conflicts=True)
    ring(StreamStep.queue)


def release_callbacks(stream_ids: Iterable[UUID]) -> None:
    """Make the StopStream of these locked streams due whose other callbacks have settled."""
    ids = set(stream_ids)
    if not ids:
        return
    waiting = StreamStep.objects.filter(
        stream__in=ids, kind=KIND, slot=STOP, state=StreamStep.State.PENDING, due_at=None
    )
    if waiting.exclude(Exists(_others(OuterRef("stream_id")))).update(due_at=Now()):
        ring(StreamStep.queue)


def _others(stream: Any) -> Any:  # noqa: ANN401 - an id or a reference to one; Django's
    """The open callbacks of a stream besides StopStream."""
    return StreamStep.objects.filter(stream=stream, kind=KIND, state__in=StreamStep.OPEN).exclude(slot=STOP)
