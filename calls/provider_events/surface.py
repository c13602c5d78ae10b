"""Events sent by providers."""

from liveplatform.api.surfaces import Surface

PROVIDER_EVENTS = Surface(
    "provider_events",
    urls="calls.provider_events.urls",
    tags={"Provider events": "What providers send: signed, stored, then applied."},
)
