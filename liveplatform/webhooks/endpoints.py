"""Enabling and disabling an endpoint, as its owner asks."""

from django.db import transaction

from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.replay import redeliver

HEALTH_FIELDS = ("is_enabled", "disabled_reason", "failing_since", "last_failed_at", "warnings_sent")


def enable(endpoint: Endpoint) -> int:
    """Send again, with a clean failure record; deliveries skipped meanwhile are due again: how many."""
    endpoint.is_enabled, endpoint.disabled_reason = True, ""
    endpoint.failing_since, endpoint.last_failed_at, endpoint.warnings_sent = None, None, 0
    with transaction.atomic():
        endpoint.save(update_fields=[*HEALTH_FIELDS, "updated_at"])
        return redeliver(endpoint.deliveries.filter(state=Delivery.State.SKIPPED))


def disable(endpoint: Endpoint) -> None:
    """Stop sending; deliveries that come due are skipped."""
    endpoint.is_enabled = False
    endpoint.disabled_reason = ""
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "updated_at"])
