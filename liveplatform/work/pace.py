"""How concurrency keys answered lately, as this process has seen it: fast, slowly, with failures, not at all.

A key is a tenant's endpoint or connection. What is known is forgotten after KEPT seconds without news.
"""

import time
from enum import StrEnum
from functools import cache
from typing import Any

from liveplatform.work.models import Work
from liveplatform.work.outcomes import POSTPONE, RETRY
from liveplatform.work.settle import Attempt
from liveplatform.work.sql import Key

# Seconds. An answer that took longer is a slow one.
SLOW_AFTER = 1.0
KEPT = 60.0
# So many keys are remembered; the ones without news for longest are forgotten first.
MAX_KEYS = 5000


class Pace(StrEnum):
    """How a key's last attempt went; NEW: nothing is known about it."""

    NEW = "new"
    FAST = "fast"
    SLOW = "slow"
    FAILING = "failing"
    HANGING = "hanging"


class Paces:
    """The paces of one queue's keys."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[Pace, float]] = {}  # the pace, and time.monotonic() of the last news

    def __getitem__(self, key: Key) -> Pace:
        pace, at = self._known.get(key, (Pace.NEW, 0.0))
        return pace if time.monotonic() - at < KEPT else Pace.NEW

    def observe(self, attempt: Attempt[Any]) -> None:
        """Take note of a finished attempt."""
        key = key_of(attempt.row)
        pace = _pace(attempt, self[key])
        self._known.pop(key, None)
        if pace is not Pace.NEW:
            self._known[key] = pace, time.monotonic()
            if len(self._known) > MAX_KEYS:
                del self._known[next(iter(self._known))]


def key_of(row: Work) -> Key:
    """The key that a row's attempts are counted under."""
    return row.tenant_key, row.concurrency_key


def _pace(attempt: Attempt[Any], before: Pace) -> Pace:
    is_slow = attempt.ms > SLOW_AFTER * 1000
    if attempt.outcome.state == RETRY:
        return Pace.HANGING if is_slow else Pace.FAILING
    if is_slow:
        return Pace.SLOW
    # A refusal or a postponed row says little: the other side may not even have been asked.
    is_neutral = attempt.outcome.state in (POSTPONE, "failed", "skipped")
    return before if is_neutral and before is not Pace.NEW else Pace.FAST


@cache
def paces_of(queue: str) -> Paces:
    """The paces of this queue's keys in this process."""
    return Paces()
