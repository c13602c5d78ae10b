"""The queue of what webhooks of livestreams are told."""

from collections.abc import Sequence

from liveplatform.egress.url_policy import refresh_denylist
from liveplatform.work.models import AttemptFn
from liveplatform.work.queue import Queue
from sessions_app.livestreams.delivery import attempt
from sessions_app.livestreams.keys import current_pair
from sessions_app.models import LivestreamDelivery, LivestreamWebhook


def prepare(deliveries: Sequence[LivestreamDelivery]) -> list[AttemptFn]:
    """One attempt per delivery, in order; two queries for all of them."""
    refresh_denylist()
    webhooks = LivestreamWebhook.objects.in_bulk({row.webhook_id for row in deliveries})
    private_key = current_pair().private_key
    for row in deliveries:
        row.webhook = webhooks[row.webhook_id]
    return [attempt(row, private_key) for row in deliveries]


LIVESTREAM_DELIVERIES = Queue(
    model=LivestreamDelivery,
    prepare=prepare,
    log_context=lambda row: {"webhook_id": str(row.webhook_id), "webhook_event": row.event},
    concurrency="WEBHOOK_CONCURRENCY",
)
