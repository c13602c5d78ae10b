"""Publishes events about livestreams, in the transaction of the change, with the run's stream locked."""

from uuid import uuid5

from calls.models import MediaStream
from calls.streams.transitions import next_event
from liveplatform.webhooks.publish import EventMessage, publish_many
from sessions_app.livestreams.representation import LivestreamRunSerializer
from sessions_app.models import Livestream, LivestreamSession

LIVESTREAM_STARTED = "livestream.started"
LIVESTREAM_STOPPED = "livestream.stopped"
LIVESTREAM_FAILED = "livestream.failed"
LIVESTREAM_STILL_LIVE = "livestream.still_live"

BY_STATUS = {
    Livestream.Status.LIVE: LIVESTREAM_STARTED,
    Livestream.Status.OFFLINE: LIVESTREAM_STOPPED,
    Livestream.Status.ERRORED: LIVESTREAM_FAILED,
}


def publish_change(run: LivestreamSession) -> None:
    """The event of the status that the livestream of this run has now; nothing if it has none."""
    event_type = BY_STATUS.get(Livestream.Status(run.livestream.status))
    if event_type:
        publish(run, run.stream, event_type)


def publish(run: LivestreamSession, stream: MediaStream, event_type: str) -> None:
    """One event about a run; its id follows from both, so that a repeat is the same event."""
    data = {"livestream": LivestreamRunSerializer.write(run)}
    publish_many(
        [
            EventMessage(
                stream.account_id,
                stream.pk,
                next_event(stream),
                event_type,
                data,
                id=uuid5(stream.pk, f"{event_type}:{stream.status}"),
            )
        ]
    )
