"""Lanes that were sick lately, as this process has seen them: they may hold only a few places at a time."""

import time
from typing import Any
from uuid import UUID

from liveplatform.work.sql import Attempt

# A concurrency_key whose last attempt failed, or took long (s), may have only this many in flight here, for a minute.
SLOW_KEY_LIMIT = 4
SLOW_AFTER = 2.0
SLOW_FOR = 60.0

# Until when (time.monotonic()) a concurrency_key is taken for sick; read and written by this process's drains.
_slow_until: dict[UUID, float] = {}


def observe(attempt: Attempt[Any]) -> None:
    """What an attempt says of its concurrency_key."""
    concurrency_key = attempt.row.concurrency_key
    if attempt.outcome.state == "again" or attempt.ms > SLOW_AFTER * 1000:
        _slow_until[concurrency_key] = time.monotonic() + SLOW_FOR
    elif attempt.outcome.state == "done":
        _slow_until.pop(concurrency_key, None)


def limits() -> dict[UUID, int]:
    """How much each sick concurrency_key may have in flight here."""
    now = time.monotonic()
    for concurrency_key in [concurrency_key for concurrency_key, until in _slow_until.items() if until < now]:
        del _slow_until[concurrency_key]
    return dict.fromkeys(_slow_until, SLOW_KEY_LIMIT)
