"""Retention of what webhooks of livestreams were told."""

from django.conf import settings

from liveplatform.db.retention import delete_expired
from sessions_app.models import LivestreamDelivery


def purge_deliveries() -> int:
    """Delete settled deliveries that are older than WEBHOOK_EVENTS_RETENTION_DAYS; returns how many."""
    rows = LivestreamDelivery.objects.exclude(state__in=LivestreamDelivery.OPEN)
    return delete_expired(rows, settings.WEBHOOK_EVENTS_RETENTION_DAYS)
