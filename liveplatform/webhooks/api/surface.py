"""Webhook endpoints, events and deliveries."""

from liveplatform.api.surfaces import Surface
from liveplatform.webhooks.api.error_codes import ERROR_CODES

WEBHOOKS = Surface(
    "webhooks",
    urls="liveplatform.webhooks.api.urls",
    error_codes=ERROR_CODES,
    tags={
        "Webhooks": "Endpoints of the account, events, and their deliveries.",
        "Events sent to endpoints": "What the platform sends to the account's endpoints.",
    },
)
