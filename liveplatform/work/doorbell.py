"""The doorbell: tells workers that something is due. It may fail; the sweep finds what it missed.

Inside a worker a ring wakes the drain of the same process. Elsewhere a thread sends one tiny Celery
message for all the rings of a moment, so that no request waits for Redis, be it slow, frozen or gone.
"""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from liveplatform.celery import app
from liveplatform.failpoints import reach

log = structlog.get_logger(__name__)

# Rings that come within this time share one message.
COALESCE_S = 0.002
# After a message there is none for so long: under load one bell stands for many rows.
MIN_INTERVAL = 0.02

_here: dict[str, Callable[[], None]] = {}


def ring(queue: str) -> None:
    """After the commit under way, wake a worker for this queue. Never blocks, never raises."""
    transaction.on_commit(lambda: _ring(queue))


def on_ring(queue: str, wake: Callable[[], None]) -> None:
    """From now on rings of this process wake its own drain."""
    _here[queue] = wake


def wake_local(queue: str) -> bool:
    """A message came in: wake this process's drain; False if it has none."""
    wake = _here.get(queue)
    if wake:
        wake()
    return wake is not None


def ring_workers(queue: str) -> None:
    """Call other processes to help."""
    _ringer().ring(queue)


def _ring(queue: str) -> None:
    reach(f"ringing.{queue}")
    if not wake_local(queue):
        _ringer().ring(queue)


class _Sender:
    """The thread that sends the messages of this process."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._something = threading.Event()
        threading.Thread(target=self._run, name="bell", daemon=True).start()

    def ring(self, queue: str) -> None:
        self._waiting.add(queue)
        self._something.set()

    def _run(self) -> None:
        while True:
            self._something.wait()
            time.sleep(COALESCE_S)
            self._something.clear()
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
_the_ringer: list[_Sender] = []


def _ringer() -> _Sender:
    with _lock:
        if not _the_ringer:
            _the_ringer.append(_Sender())
        return _the_ringer[0]
