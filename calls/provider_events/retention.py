"""Retention of provider events: their raw bodies hold phone numbers."""

from django.conf import settings
from django.db.models import Q

from calls.models.provider_event import ProviderEvent
from liveplatform.db.retention import delete_expired


def purge_expired() -> int:
    """Delete settled events older than PROVIDER_EVENTS_RETENTION_DAYS; returns how many.

    Failed events are kept for staff to look at, and so are the events of live calls.
    """
    settled = ProviderEvent.objects.filter(state__in=(ProviderEvent.State.DONE, ProviderEvent.State.SKIPPED))
    rows = settled.filter(Q(call=None) | Q(call__ended_at__isnull=False))
    return delete_expired(rows, settings.PROVIDER_EVENTS_RETENTION_DAYS)
