"""Forgetting what providers told, when it is old: raw events hold phone numbers."""

import time
from uuid import UUID

from django.conf import settings

from liveplatform.prepared import execute

DAY_MS = 86_400_000
BATCH, MOST_BATCHES = 2_000, 100

# Ids sort by time. What was given up stays for a person to look at; so does what a live call still needs.
FORGET = """
DELETE FROM calls_providerevent WHERE id IN (
    SELECT e.id FROM calls_providerevent e LEFT JOIN calls_call c ON c.id = e.call_id
    WHERE e.id < %(before)s::uuid AND e.state IN ('done', 'skipped')
      AND (c.id IS NULL OR c.ended_at IS NOT NULL)
    ORDER BY e.id LIMIT %(batch)s
)
"""


def forget() -> int:
    """Delete events that were settled PROVIDER_EVENTS_KEEP days ago, in small bites; how many there were."""
    before = UUID(int=(int(time.time() * 1000) - settings.PROVIDER_EVENTS_KEEP * DAY_MS) << 80)
    gone = 0
    for _ in range(MOST_BATCHES):
        found = execute(FORGET, {"before": before, "batch": BATCH}).rowcount
        gone += found
        if found < BATCH:
            break
    return gone
