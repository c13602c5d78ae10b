"""The doorbell: wakes workers when rows became due. It may fail; the sweep finds the rows without it.

In a worker, a ring wakes the drain of the same process. Elsewhere a thread sends one small Celery message for
all rings of a moment, so that no request waits for Redis.
"""

import threading
import time
from collections.abc import Callable
from functools import cache

import structlog
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from liveplatform.celery import app
from liveplatform.failpoints import reach

log = structlog.get_logger(__name__)

# Rings within COALESCE_S seconds share one message; messages are at least MIN_INTERVAL seconds apart.
COALESCE_S = 0.002
MIN_INTERVAL = 0.02

_wake_by_queue: dict[str, Callable[[], None]] = {}


def ring(queue: str) -> None:
    """When the current transaction commits, wake a worker for this queue. Never blocks, never raises."""
    transaction.on_commit(lambda: _ring(queue))


def on_ring(queue: str, wake: Callable[[], None]) -> None:
    """Register this process's drain of a queue: rings in this process call `wake`."""
    _wake_by_queue[queue] = wake


def wake_local(queue: str) -> bool:
    """Wake this process's drain of a queue; False if it has none."""
    wake = _wake_by_queue.get(queue)
    if wake:
        wake()
    return wake is not None


def ring_workers(queue: str) -> None:
    """Wake another process's drain of a queue, by a Celery message."""
    _sender().ring(queue)


def _ring(queue: str) -> None:
    reach(f"ringing.{queue}")
    if not wake_local(queue):
        ring_workers(queue)


class _Sender:
    """The thread that sends this process's messages."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._rung = threading.Event()
        threading.Thread(target=self._run, name="doorbell", daemon=True).start()

    def ring(self, queue: str) -> None:
        self._waiting.add(queue)
        self._rung.set()

    def _run(self) -> None:
        while True:
            self._rung.wait()
            time.sleep(COALESCE_S)
            self._rung.clear()
            for queue in list(self._waiting):
                self._waiting.discard(queue)
                _send(queue)
            time.sleep(MIN_INTERVAL)


def _send(queue: str) -> None:
    try:
        app.send_task("work.ring", args=[queue], expires=30, retry=False, ignore_result=True)
    except (KombuError, RedisError, OSError) as error:
        log.warning("doorbell_send_failed", queue=queue, error=type(error).__name__)


_lock = threading.Lock()


def _sender() -> _Sender:
    with _lock:
        return _only_sender()


@cache
def _only_sender() -> _Sender:
    return _Sender()
