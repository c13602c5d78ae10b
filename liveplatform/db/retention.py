"""Forgetting rows that are past their time, in small bites, so that nothing else waits for it."""

import time
from uuid import UUID

from liveplatform.db.prepared import execute_prepared

DAY_MS = 86_400_000
BATCH, MOST_BATCHES = 2_000, 200


def delete_expired(statement: str, days: int) -> int:
    """Run a deletion of at most %(batch)s rows whose ids (UUIDv7: they sort by time) are below %(before)s,
    which is so many days ago, until none is left or it is enough for this time; how many rows went."""
    before = UUID(int=(int(time.time() * 1000) - days * DAY_MS) << 80)
    gone = 0
    for _ in range(MOST_BATCHES):
        found = execute_prepared(statement, {"before": before, "batch": BATCH}).rowcount
        gone += found
        if found < BATCH:
            break
    return gone
