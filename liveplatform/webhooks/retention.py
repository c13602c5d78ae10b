"""Retention of events: they are deleted with their deliveries once they are old."""

from django.conf import settings
from django.db.models import Exists, OuterRef

from liveplatform.db.retention import delete_expired
from liveplatform.webhooks.models import Delivery, Event


def purge_expired_events() -> int:
    """Delete events older than WEBHOOK_EVENTS_RETENTION_DAYS without open deliveries; returns how many."""
    open_deliveries = Delivery.objects.filter(event=OuterRef("pk"), state__in=Delivery.OPEN)
    return delete_expired(
        Event.objects.filter(~Exists(open_deliveries)), settings.WEBHOOK_EVENTS_RETENTION_DAYS
    )
