"""Settings of the APIs and of the OpenAPI document; a part of liveplatform/settings.py."""

from typing import Any

from liveplatform.security.settings import PUBLIC_URL

# The APIs of the apps (liveplatform/api/surfaces.py), in the order in which their URLs are looked at.
SURFACES = [
    "calls.api.bulk.surface.BULK",
    "calls.provider_events.surface.PROVIDER_EVENTS",
    "sessions_app.api.livestreams.surface.LIVESTREAMS",
    "sessions_app.api.surface.SESSIONS",
    "sessions_app.pages.surface.PAGES",
    "calls.api.agents.surface.AGENTS",
    "calls.api.live_calls.surface.LIVE",
    "calls.api.platform.surface.CALLS",
    "calls.api.telephony.surface.TELEPHONY",
    "calls.api.audio_streams.surface.AUDIO_STREAMS",
    "liveplatform.accounts.api.surface.ACCOUNTS",
    "liveplatform.webhooks.api.surface.WEBHOOKS",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["liveplatform.accounts.authentication.PlatformAuthentication"],
    "DEFAULT_SCHEMA_CLASS": "liveplatform.api.schema.PlatformSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Live Platform",
    "DESCRIPTION": "The control plane for live calls, sessions and streams over any provider.",
    "VERSION": "0.1.0",
    "CONTACT": {"name": "The operator of this platform", "url": PUBLIC_URL},
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/v1",
    "DEFAULT_GENERATOR_CLASS": "liveplatform.api.schema.PlatformSchemaGenerator",
    "SERVE_INCLUDE_SCHEMA": False,
    "WEBHOOKS": "liveplatform.webhooks.schema.WEBHOOKS",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    **dict.fromkeys(("SWAGGER_UI_DIST", "SWAGGER_UI_FAVICON_HREF", "REDOC_DIST"), "SIDECAR"),
    "COMPONENT_SPLIT_REQUEST": True,
}
