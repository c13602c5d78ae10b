"""Forgetting events and their deliveries once they are old: the tables stay as large as a quarter needs."""

import time
from uuid import UUID

from django.conf import settings

from liveplatform.prepared import execute

DAY_MS = 86_400_000
BATCH, MOST_BATCHES = 2_000, 200

# Ids sort by time. What is still on its way to somebody stays; so does a delivery's event.
FORGET = """
WITH old AS MATERIALIZED (
    SELECT e.id FROM webhooks_event e
    WHERE e.id < %(before)s::uuid
      AND NOT EXISTS (SELECT 1 FROM webhooks_delivery d
                      WHERE d.event_id = e.id AND d.state IN ('pending', 'running'))
    ORDER BY e.id LIMIT %(batch)s
), deliveries AS (
    DELETE FROM webhooks_delivery d USING old WHERE d.event_id = old.id
)
DELETE FROM webhooks_event e USING old WHERE e.id = old.id
"""


def forget() -> int:
    """Delete events made WEBHOOK_EVENTS_KEEP days ago that nobody waits for, in small bites; how many."""
    before = UUID(int=(int(time.time() * 1000) - settings.WEBHOOK_EVENTS_KEEP * DAY_MS) << 80)
    gone = 0
    for _ in range(MOST_BATCHES):
        found = execute(FORGET, {"before": before, "batch": BATCH}).rowcount
        gone += found
        if found < BATCH:
            break
    return gone
