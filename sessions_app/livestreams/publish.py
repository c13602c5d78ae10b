"""Publishes events about livestreams, in the transaction of the change, with the run's stream locked.

They are those of media streams (calls/streams/publish.py), under names of their own.
"""

from collections.abc import Sequence

from calls.streams import publish as streams
from calls.streams.kinds import Change
from calls.streams.transitions import next_event
from liveplatform.db.uuid7 import derived_uuid7
from liveplatform.webhooks.publish import EventMessage, publish_many
from sessions_app.livestreams.representation import LivestreamRunSerializer
from sessions_app.models import LivestreamSession

LIVESTREAM_STARTED = "livestream.started"
LIVESTREAM_STOPPED = "livestream.stopped"
LIVESTREAM_FAILED = "livestream.failed"
LIVESTREAM_STILL_LIVE = "livestream.still_live"

NAMES = {
    streams.STREAM_STARTED: LIVESTREAM_STARTED,
    streams.STREAM_STOPPED: LIVESTREAM_STOPPED,
    streams.STREAM_FAILED: LIVESTREAM_FAILED,
    streams.STREAM_STILL_LIVE: LIVESTREAM_STILL_LIVE,
}


def publish_changes(changes: Sequence[tuple[Change, LivestreamSession]]) -> None:
    """Publish what these changes of runs mean; saves the streams' event_sequence.

    An event's id follows from run, type and time, so that an event which is published again is not stored.
    """
    publish_many(
        [
            EventMessage(
                run.stream.account_id,
                run.stream_id,
                next_event(run.stream),
                NAMES[name],
                {"livestream": LivestreamRunSerializer.write(run)},
                id=derived_uuid7(at, "livestream", run.stream_id, name),
            )
            for change, run in changes
            for name, at in streams.events_of(change)
        ]
    )
