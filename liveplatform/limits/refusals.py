"""How many requests were refused because of a bound, by the bound's name; counted in Redis for all processes.

Counts are gathered in the process and written at most once a second; without Redis they are lost.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

KEY = "liveplatform:refused"
FLUSH_INTERVAL = 1.0  # seconds

_lock = threading.Lock()
_counts: Counter[str] = Counter()
_flushed_at = float("-inf")


def count(name: str) -> None:
    """Count one refusal."""
    global _flushed_at  # noqa: PLW0603 - of the process
    with _lock:
        _counts[name] += 1
        if time.monotonic() - _flushed_at < FLUSH_INTERVAL:
            return
        _flushed_at = time.monotonic()
        counts = dict(_counts)
        _counts.clear()
    log.warning("requests_refused", **counts)
    _write(counts)


def read() -> Iterator[tuple[str, int]]:
    """(name, number of refusals) of every bound that was reached; nothing without Redis."""
    try:
        counts: dict[Any, Any] = _redis().hgetall(KEY)
    except redis.RedisError:
        return
    for name, number in sorted(counts.items()):
        yield name.decode(), int(number)


def _write(counts: dict[str, int]) -> None:
    try:
        for name, number in counts.items():
            _redis().hincrby(KEY, name, number)
    except redis.RedisError as error:
        log.warning("refusals_not_counted", error=type(error).__name__)


@cache
def _redis() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
