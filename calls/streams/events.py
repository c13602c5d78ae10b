"""Event types about media streams."""

from calls.call_events.stream_examples import STREAM_FAILED, STREAM_STARTED, STREAM_STOPPED
from calls.streams.representation import MediaStreamSerializer
from liveplatform.api.serializers import PlainSerializer
from liveplatform.webhooks.event_types import EventType


class StreamEventData(PlainSerializer):
    """The stream at the time of the event."""

    stream = MediaStreamSerializer()


EVENT_TYPES = [
    EventType(
        "stream.started", "A media stream runs: its provider took the start.", StreamEventData, STREAM_STARTED
    ),
    EventType(
        "stream.stopped",
        "A media stream is over; `outcome` says how its stop went, `seconds` how much is billed.",
        StreamEventData,
        STREAM_STOPPED,
    ),
    EventType("stream.failed", "A media stream could not be started.", StreamEventData, STREAM_FAILED),
    EventType(
        "stream.still_live",
        "A media stream that was over was found running at its provider, and is stopped again.",
        StreamEventData,
        STREAM_STOPPED,
    ),
]
