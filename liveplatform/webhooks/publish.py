"""Publishing: an Event, and a Delivery for every endpoint that wants it, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.json_codec import dumps
from liveplatform.work.doorbell import ring

# What writes down the rows of a CTE `news` (id, account_id, subject_id, sequence, type, body, only_endpoint, except_endpoint)
# within a larger statement: the events, and as `told` their deliveries.
# An endpoint wants a type if it names it, names a group of it ("call.*"), or names nothing; `only_endpoint`
# and `except_endpoint` single out one endpoint. A delivery's id is a UUIDv7 too: the event's time, then chance.
INSERT_DELIVERIES = f"""inserted AS (
    INSERT INTO webhooks_event (id, account_id, subject_id, sequence, type, body, created_at)
    SELECT id, account_id, subject_id, sequence, type, body, now() FROM events
), deliveries AS (
    INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, concurrency_key)
    SELECT {sql_uuid7("n.id")}, n.account_id, n.id, e.id, e.id
    FROM events n JOIN webhooks_endpoint e ON e.account_id = n.account_id AND e.is_enabled
    WHERE e.id IS DISTINCT FROM n.except_endpoint
      AND CASE WHEN n.only_endpoint IS NOT NULL THEN e.id = n.only_endpoint ELSE
              e.events = '{{}}' OR n.type = ANY(e.events)
              OR EXISTS (SELECT 1 FROM unnest(e.events) AS g(name)
                         WHERE right(g.name, 2) = '.*' AND starts_with(n.type, left(g.name, -1)))
          END
    RETURNING 1
)"""  # noqa: S608 - composed of constants

INSERT_EVENTS = f"""
WITH events AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(subjects)s::uuid[], %(sequences)s::int[],
                         %(types)s::text[], %(bodies)s::text[], %(only)s::uuid[], %(but)s::uuid[])
           AS n(id, account_id, subject_id, sequence, type, body, only_endpoint, except_endpoint)
), {INSERT_DELIVERIES}
SELECT count(*) FROM deliveries
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class EventMessage:
    """What is to be told: the number `sequence` of the events about `subject`."""

    account_id: UUID
    subject_id: UUID
    sequence: int
    type: str
    data: dict[str, Any]
    only_endpoint: UUID | None = None  # this endpoint and no other, whatever it subscribed to
    except_endpoint: UUID | None = None  # all that want it, but for this endpoint


def publish(account_id: UUID, subject: UUID, sequence: int, event: str, data: dict[str, Any]) -> None:
    """Tell one thing, in the caller's transaction."""
    publish_many([EventMessage(account_id, subject, sequence, event, data)])


def publish_many(news: Sequence[EventMessage]) -> None:
    """Tell several things in one statement, in the caller's transaction."""
    if not news:
        return
    columns: dict[str, Any] = {
        "ids": [uuid7() for _ in news],
        "accounts": [n.account_id for n in news],
        "subjects": [n.subject_id for n in news],
        "sequences": [n.sequence for n in news],
        "types": [n.type for n in news],
        "bodies": [_body(n) for n in news],
        "only": [n.only_endpoint for n in news],
        "but": [n.except_endpoint for n in news],
    }
    told = execute_prepared(INSERT_EVENTS, columns).fetchone()
    if told and told[0]:
        ring("webhooks")


def _body(news: EventMessage) -> str:
    told = {"type": news.type, "timestamp": datetime.now(UTC), "sequence": news.sequence, "data": news.data}
    return dumps(told).decode()
