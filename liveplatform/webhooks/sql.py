"""The SQL of webhooks: events and their deliveries are inserted in one statement (docs/performance.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import sql_uuid7

# Whether the endpoint `e` subscribes to the event `v`: it lists the type, a group ("call.*"), or nothing.
SUBSCRIBED = """(
    e.events = '{}' OR v.type = ANY(e.events)
    OR EXISTS (SELECT 1 FROM unnest(e.events) AS g(name)
               WHERE right(g.name, 2) = '.*' AND starts_with(v.type, left(g.name, -1)))
)"""


def _insert_deliveries(of: str, after: str = "") -> str:
    return f"""inserted_events AS (
    INSERT INTO webhooks_event (id, account_id, subject_id, sequence, type, body, created_at)
    SELECT id, account_id, subject_id, sequence, type, body, now() FROM events {after}
), deliveries AS (
    INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, tenant_key, concurrency_key,
                                   payload)
    SELECT {sql_uuid7("v.id")}, v.account_id, v.id, e.id, v.account_id, e.id, e.payload
    FROM {of} JOIN webhooks_endpoint e ON e.account_id = v.account_id AND e.is_enabled
    WHERE e.id IS DISTINCT FROM v.except_endpoint
      AND CASE WHEN v.only_endpoint IS NOT NULL THEN e.id = v.only_endpoint ELSE {SUBSCRIBED} END
    RETURNING 1
)"""  # noqa: S608 - composed of constants


# CTEs for a larger statement that has a CTE `events` (id, account_id, subject_id, sequence, type, body,
# only_endpoint, except_endpoint). They insert the events, and as `deliveries` one delivery per subscribed
# endpoint. A delivery's id is a UUIDv7 with the time of the event's.
INSERT_DELIVERIES = _insert_deliveries("events v")
# The same for events whose ids may be stored already: these are left out.
INSERT_DELIVERIES_ONCE = _insert_deliveries(
    "inserted_events i JOIN events v ON v.id = i.id", "ON CONFLICT (id) DO NOTHING RETURNING id"
)

INSERT_EVENTS = f"""
WITH events AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(account_ids)s::uuid[], %(subject_ids)s::uuid[],
                         %(sequences)s::int[], %(types)s::text[], %(bodies)s::text[], %(only)s::uuid[],
                         %(except)s::uuid[])
           AS v(id, account_id, subject_id, sequence, type, body, only_endpoint, except_endpoint)
), {INSERT_DELIVERIES_ONCE}
SELECT count(*) FROM deliveries
"""  # noqa: S608

# Events that the endpoint subscribes to and has no delivery of: they were published while it was disabled, or
# before it existed. Events about endpoints are left out, for they are of use only at their time.
BACKFILL = f"""
INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, tenant_key, concurrency_key,
                                   payload)
SELECT gen_random_uuid(), v.account_id, v.id, e.id, v.account_id, e.id, e.payload
FROM webhooks_endpoint e JOIN webhooks_event v ON v.account_id = e.account_id
WHERE e.id = %(endpoint)s::uuid AND e.is_enabled
  AND v.created_at >= %(since)s::timestamptz AND v.created_at < %(until)s::timestamptz
  AND NOT starts_with(v.type, 'endpoint.') AND {SUBSCRIBED}
ON CONFLICT (event_id, endpoint_id) DO NOTHING
"""  # noqa: S608


def insert_events(columns: Mapping[str, list[Any]]) -> int:
    """Insert the events that are not stored yet, one list per parameter of INSERT_EVENTS.

    Returns the number of their deliveries.
    """
    (deliveries,) = execute_prepared(INSERT_EVENTS, columns).fetchone() or (0,)
    return int(deliveries)


def insert_missing_deliveries(endpoint_id: UUID, since: datetime, until: datetime) -> int:
    """Insert the deliveries of BACKFILL; returns how many."""
    return execute_prepared(BACKFILL, {"endpoint": endpoint_id, "since": since, "until": until}).rowcount
