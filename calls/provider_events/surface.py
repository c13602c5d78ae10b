"""Events sent by providers."""

from liveplatform.api.surfaces import Surface

PROVIDER_EVENTS = Surface("provider_events", urls="calls.provider_events.urls")
