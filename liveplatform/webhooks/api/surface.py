"""Webhook endpoints, events and deliveries."""

from liveplatform.api.surfaces import Surface
from liveplatform.webhooks.api.error_codes import ERROR_CODES

WEBHOOKS = Surface("webhooks", urls="liveplatform.webhooks.api.urls", error_codes=ERROR_CODES)
