"""Redeliver or backfill: one delivery, many, or all that an endpoint missed.

A message keeps its id and its bytes; it is signed with the secrets that are valid when it is sent.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.sql import insert_missing_deliveries
from liveplatform.work.doorbell import ring


def resend(delivery: Delivery) -> bool:
    """Make a delivery due now, with the full retry schedule if it is settled; False if it is being sent."""
    row = Delivery.objects.filter(pk=delivery.pk)
    return bool(row.make_due() or row.restart())


def recover(endpoint: Endpoint, since: datetime, until: datetime) -> tuple[int, int]:
    """Send the events from `since` to `until` that the endpoint did not receive.

    Returns how many failed or skipped deliveries are due again, and how many deliveries are new.
    """
    not_received = endpoint.deliveries.filter(
        state__in=(Delivery.State.FAILED, Delivery.State.SKIPPED),
        event__created_at__gte=since,
        event__created_at__lt=until,
    )
    with transaction.atomic():
        return not_received.restart(), backfill(endpoint.pk, since, until)


def backfill(endpoint_id: UUID, since: datetime, until: datetime) -> int:
    """Deliver the subscribed events that an enabled endpoint has no delivery of; returns how many."""
    added = insert_missing_deliveries(endpoint_id, since, until)
    if added:
        ring(Delivery.queue)
    return added
