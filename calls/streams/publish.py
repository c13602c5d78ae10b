"""Publishes events about media streams, in the transaction of the change, the stream locked.

An event's id is derived from the stream, the type and the time of the state that it is about: whoever comes
to publish it again publishes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from calls.models.media_stream import MediaStream
from calls.streams.kinds import STILL_LIVE, Change
from calls.streams.representation import MediaStreamSerializer
from calls.streams.transitions import next_event
from liveplatform.db.uuid7 import derived_uuid7
from liveplatform.webhooks.publish import EventMessage, publish_many

STREAM_STARTED = "stream.started"
STREAM_STOPPED = "stream.stopped"
STREAM_FAILED = "stream.failed"
STREAM_STILL_LIVE = "stream.still_live"

Status = MediaStream.Status


def publish_changes(changes: Sequence[Change]) -> None:
    """Publish what these changes mean; saves the streams' event_sequence."""
    publish_many([_message(change.stream, *event) for change in changes for event in events_of(change)])


def events_of(change: Change) -> Iterable[tuple[str, datetime]]:
    """The types of the events of one change, and the time of the state that each is about."""
    stream = change.stream
    if change.before == STILL_LIVE:
        return [(STREAM_STILL_LIVE, stream.stopped_at or stream.created_at)]
    if stream.status == Status.FAILED:
        return [(STREAM_FAILED, stream.stopped_at or stream.created_at)]
    started = [(STREAM_STARTED, stream.started_at or stream.created_at)]
    match change.before, stream.status:
        case Status.STARTING, Status.LIVE | Status.STOPPING:
            return started
        case Status.STARTING, Status.STOPPED:
            return [*started, (STREAM_STOPPED, stream.stopped_at or stream.created_at)]
        case _, Status.STOPPED:
            return [(STREAM_STOPPED, stream.stopped_at or stream.created_at)]
    return []


def _message(stream: MediaStream, type: str, at: datetime) -> EventMessage:
    return EventMessage(
        stream.account_id,
        stream.pk,
        next_event(stream),
        type,
        {"stream": MediaStreamSerializer.write(stream)},
        id=derived_uuid7(at, "stream", stream.pk, type),
    )
