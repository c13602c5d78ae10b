"""The queue of deliveries: each attempt POSTs an event to an endpoint."""

from collections.abc import Sequence

from liveplatform.db.rows import in_bulk
from liveplatform.egress.url_policy import refresh_denylist
from liveplatform.webhooks.delivery import attempt
from liveplatform.webhooks.endpoint_health import record_results
from liveplatform.webhooks.endpoints import catch_up
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.retry_schedule import next_delay
from liveplatform.work.models import AttemptFn
from liveplatform.work.queue import Queue


def prepare(deliveries: list[Delivery]) -> list[AttemptFn]:
    """One attempt per delivery, in order; two queries for all of them."""
    refresh_denylist()
    events = in_bulk(Event, {row.event_id for row in deliveries})
    endpoints = in_bulk(Endpoint, {row.endpoint_id for row in deliveries})
    for row in deliveries:
        if row.endpoint_id in endpoints:
            row.endpoint = endpoints[row.endpoint_id]  # for record_results
    return [attempt(events.get(r.event_id), endpoints.get(r.endpoint_id), r.payload) for r in deliveries]


def settled(deliveries: Sequence[Delivery]) -> None:
    """The health of the endpoints, and the next of their skipped deliveries."""
    record_results(deliveries)
    catch_up(deliveries)


DELIVERIES = Queue(
    model=Delivery,
    prepare=prepare,
    settled=settled,
    log_context=lambda row: {"event_id": str(row.event_id), "endpoint_id": str(row.endpoint_id)},
    backoff=lambda row: next_delay(row.schedule_attempt),
    concurrency="WEBHOOK_CONCURRENCY",
)
