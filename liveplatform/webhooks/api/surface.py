"""Webhook endpoints, events and deliveries."""

from liveplatform.api.surfaces import Surface

WEBHOOKS = Surface("webhooks", urls="liveplatform.webhooks.api.urls")
