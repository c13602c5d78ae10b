"""Event types about livestreams."""

from typing import Any

from liveplatform.api.serializers import PlainSerializer
from liveplatform.webhooks.event_types import EventType
from sessions_app.livestreams import publish
from sessions_app.livestreams.representation import LivestreamRunSerializer


class LivestreamEventData(PlainSerializer):
    """The livestream, and the run of it, at the time of the event."""

    livestream = LivestreamRunSerializer()


RUN: dict[str, Any] = {
    "id": "0190a3c2-7b1e-7cc0-8f2d-3a5b7c9d1e04",
    "run_id": "0190a3c2-7b1e-7cc0-8f2d-3a5b7c9d1e05",
    "app_id": "0190a3c27b1e7cc08f2d3a5b7c9d1e02",
    "meeting_id": "0190a3c2-7b1e-7cc0-8f2d-3a5b7c9d1e03",
    "session_id": None,
    "name": "Open day",
    "status": "LIVE",
    "playback_url": "https://customer-x.cloudflarestream.com/abc/manifest/video.m3u8",
    "invoked_at": "2026-11-21T10:00:00Z",
    "started_at": "2026-11-21T10:00:01Z",
    "expires_at": "2026-11-21T14:00:00Z",
    "stop_requested_at": None,
    "stopped_at": None,
    "outcome": None,
    "seconds": None,
    "error": None,
}
STOPPED = RUN | {
    "status": "OFFLINE",
    "stop_requested_at": "2026-11-21T10:30:00Z",
    "stopped_at": "2026-11-21T10:30:01Z",
    "outcome": "stopped",
    "seconds": 1800,
}
FAILED = RUN | {
    "status": "ERRORED",
    "started_at": None,
    "stopped_at": "2026-11-21T10:00:01Z",
    "error": "The provider refused the start.",
}

EVENT_TYPES = [
    EventType(publish.LIVESTREAM_STARTED, "A livestream is live.", LivestreamEventData, {"livestream": RUN}),
    EventType(
        publish.LIVESTREAM_STOPPED,
        "A livestream is over: it was stopped, or its provider ended it.",
        LivestreamEventData,
        {"livestream": STOPPED},
    ),
    EventType(
        publish.LIVESTREAM_FAILED,
        "A livestream could not be started; it never ran.",
        LivestreamEventData,
        {"livestream": FAILED},
    ),
    EventType(
        publish.LIVESTREAM_STILL_LIVE,
        "A livestream that was over here still ran at its provider; it is being stopped again.",
        LivestreamEventData,
        {"livestream": STOPPED},
    ),
]
