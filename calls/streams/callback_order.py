"""In which order a stream's callbacks are made: StartStream before all others, StopStream after them."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from liveplatform.work.doorbell import ring

START: Final = "StartStream"
STOP: Final = "StopStream"
KIND = StreamStep.Kind.CALLBACK


def put_callback(stream: MediaStream, event: str, says: dict[str, Any], *, slot: str = "") -> None:
    """Put a callback of a locked stream on record, once per slot (by default the event's name)."""
    waits = event != START and _before(event, stream.pk).exists()
    fields: dict[str, Any] = {"due_at": None} if waits else {}
    step = StreamStep.of(stream, KIND, slot=(slot or event)[:40], payload={"event": event, **says}, **fields)
    # A slow receiver keeps no stop waiting: the callbacks of one share places of their own.
    step.concurrency_key = uuid5(NAMESPACE_URL, urlsplit(stream.parameters["status_callback_url"]).netloc)
    StreamStep.objects.bulk_create([step], ignore_conflicts=True)
    ring(StreamStep.queue)


def release_callbacks(stream_ids: Iterable[UUID]) -> None:
    """Make the callbacks of these locked streams due that waited for others, which have settled."""
    ids = set(stream_ids)
    if not ids:
        return
    waiting = StreamStep.objects.filter(
        stream__in=ids, kind=KIND, state=StreamStep.State.PENDING, due_at=None
    )
    of_stream = OuterRef("stream_id")
    last = waiting.filter(slot=STOP).exclude(Exists(_before(STOP, of_stream)))
    others = waiting.exclude(slot=STOP).exclude(Exists(_before("", of_stream)))
    if last.update(due_at=Now()) + others.update(due_at=Now()):
        ring(StreamStep.queue)


def _before(event: str, stream: Any) -> Any:  # noqa: ANN401 - an id or a reference to one; Django's
    """The open callbacks of a stream that come before one of this event."""
    found = StreamStep.objects.filter(stream=stream, kind=KIND, state__in=StreamStep.OPEN)
    return found.exclude(slot=STOP) if event == STOP else found.filter(slot=START)
