"""Sending again: one delivery, many, or everything that an endpoint has missed.

A message keeps its id and its very bytes; the signature is made anew with the secret of the day.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS
from liveplatform.work.doorbell import ring

# Events that the endpoint wants and never got a Delivery of: they happened while it was disabled, or
# before it was made. News about endpoints is of its day and not sent later.
BACKFILL = """
INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, concurrency_key)
SELECT gen_random_uuid(), v.account_id, v.id, e.id, e.id
FROM webhooks_endpoint e JOIN webhooks_event v ON v.account_id = e.account_id
WHERE e.id = %(endpoint)s AND e.is_enabled AND v.created_at >= %(since)s AND v.created_at < %(until)s
  AND NOT starts_with(v.type, 'endpoint.')
  AND (e.events = '{}' OR v.type = ANY(e.events)
       OR EXISTS (SELECT 1 FROM unnest(e.events) AS g(name)
                  WHERE right(g.name, 2) = '.*' AND starts_with(v.type, left(g.name, -1))))
ON CONFLICT (event_id, endpoint_id) DO NOTHING
"""


def resend(delivery: Delivery) -> bool:
    """Make a delivery due now, with the whole schedule before it; False if it is being sent."""
    waiting = type(delivery)._default_manager.filter(pk=delivery.pk, state=delivery.State.PENDING)
    changed = bool(waiting.update(due_at=Now(), updated_at=Now())) or delivery.retry()
    if changed:
        ring("webhooks")
    return changed


def redeliver(deliveries: QuerySet[Delivery]) -> int:
    """Make settled deliveries due again, each with the whole schedule before it: how many."""
    changed = deliveries.exclude(state__in=("pending", "running")).update(
        state="pending",
        due_at=Now(),
        max_attempts=F("attempts") + MAX_ATTEMPTS,
        settled_at=None,
        updated_at=Now(),
    )
    if changed:
        ring("webhooks")
    return changed


def recover(endpoint: Endpoint, since: datetime, until: datetime) -> tuple[int, int]:
    """Send what happened from `since` to `until` and was never received: (again, for the first time)."""
    lost = endpoint.deliveries.filter(
        state__in=("failed", "skipped"), event__created_at__gte=since, event__created_at__lt=until
    )
    with transaction.atomic():
        again = redeliver(lost)
        return again, backfill(endpoint.pk, since, until)


def backfill(endpoint_id: UUID, since: datetime, until: datetime) -> int:
    """Deliver to an enabled endpoint the events it wants and was never sent: how many."""
    params: dict[str, Any] = {
        "endpoint": endpoint_id,
        "since": since,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(BACKFILL, params)
        added = int(cursor.rowcount)
    if added:
        ring("webhooks")
    return added
