"""Per-process throttle: concurrency keys whose last attempt failed or was slow get fewer places."""

import time
from typing import Any
from uuid import UUID

from liveplatform.work.outcomes import RETRY
from liveplatform.work.settle import Attempt

# After a failed attempt, or one of more than SLOW_AFTER seconds, a key has SLOW_KEY_LIMIT places for SLOW_FOR
# seconds, or until an attempt succeeds.
SLOW_KEY_LIMIT = 4
SLOW_AFTER = 2.0
SLOW_FOR = 60.0

# time.monotonic() until which a key counts as slow; shared by the drains of this process.
_slow_until: dict[UUID, float] = {}


def observe(attempt: Attempt[Any]) -> None:
    """Take note of a finished attempt."""
    key = attempt.row.concurrency_key
    if attempt.outcome.state == RETRY or attempt.ms > SLOW_AFTER * 1000:
        _slow_until[key] = time.monotonic() + SLOW_FOR
    elif attempt.outcome.state == "done":
        _slow_until.pop(key, None)


def limits() -> dict[UUID, int]:
    """How many attempts each slow key may have in flight in this process."""
    now = time.monotonic()
    for key in [key for key, until in _slow_until.items() if until < now]:
        del _slow_until[key]
    return dict.fromkeys(_slow_until, SLOW_KEY_LIMIT)
