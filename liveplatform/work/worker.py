"""A worker process: one drain per queue, woken by the doorbell or, without a ring, by the sweep interval.

The drains are threads beside Celery's own loop, so rows are processed even while Redis is away. Celery
delivers rings, supervises the processes and runs tasks that operators trigger.
"""

import math
import os
import threading
import time
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from django.db import DatabaseError, connection

from liveplatform.work import doorbell, heartbeat
from liveplatform.work.drain import STUCK_LIMIT, CompletionQueue, drain
from liveplatform.work.queue import Queue, queues

log = structlog.get_logger(__name__)

SHUTDOWN_GRACE = 8.0  # seconds


class DrainThread(threading.Thread):
    """Drains one queue for as long as the process lives."""

    def __init__(self, queue: Queue[Any]) -> None:
        super().__init__(name=f"drain-{queue.name}", daemon=True)
        self.queue = queue
        self._rung = threading.Event()
        self._completed = CompletionQueue()
        self._stopping = threading.Event()

    def wake(self) -> None:
        """Rows are due: start to drain, or claim them beside those in flight."""
        self._rung.set()
        self._completed.put(None)

    def stop(self) -> None:
        """Claim nothing more; attempts in flight are settled."""
        self._stopping.set()
        self._rung.set()

    def run(self) -> None:
        doorbell.on_ring(self.queue.name, self.wake)
        while not self._stopping.is_set():
            self._rung.wait(settings.WORK_SWEEP)
            if self._stopping.is_set():
                return
            self._rung.clear()
            self._drain()

    def _drain(self) -> None:
        try:
            drained = drain(
                self.queue,
                seconds=math.inf,
                completed=self._completed,
                on_full=lambda: doorbell.ring_workers(self.queue.name),
                stop=self._stopping,
            )
        except DatabaseError as error:
            # PostgreSQL is away: drop the broken connection and try again soon.
            log.warning("drain_failed", queue=self.queue.name, error=type(error).__name__)
            connection.close()
            time.sleep(settings.WORK_SWEEP / 4)
            self._rung.set()
            return
        if drained.stuck >= STUCK_LIMIT:  # threads cannot be killed; the parent process starts a new child
            log.critical("worker_recycled", queue=self.queue.name, stuck=drained.stuck)
            os._exit(70)


_threads: list[DrainThread] = []


def start_drains() -> None:
    """Start draining every queue in this process."""
    if _threads:
        return
    _threads.extend(DrainThread(queue) for queue in queues().values())
    for thread in _threads:
        thread.start()
    threading.Thread(target=_heartbeat, name="heartbeat", daemon=True).start()
    log.info("worker_started", queues=[thread.queue.name for thread in _threads], pid=os.getpid())


def stop_drains() -> None:
    """Let attempts in flight settle, for at most SHUTDOWN_GRACE seconds; leases cover the rest."""
    for thread in _threads:
        thread.stop()
    until = time.monotonic() + SHUTDOWN_GRACE
    for thread in _threads:
        thread.join(max(0.0, until - time.monotonic()))
    _threads.clear()


def _heartbeat() -> None:
    while True:
        heartbeat.beat()
        time.sleep(heartbeat.INTERVAL)


@signals.worker_process_init.connect
def _on_child_start(**_: object) -> None:
    start_drains()


@signals.worker_process_shutdown.connect
def _on_child_stop(**_: object) -> None:
    stop_drains()


@signals.worker_ready.connect
def _on_ready(sender: object, **_: object) -> None:
    """Pools without child processes (solo, threads) drain in the worker process itself."""
    pool = getattr(getattr(sender, "pool", None), "__module__", "") or str(getattr(sender, "pool_cls", ""))
    if "prefork" not in pool:
        start_drains()


@signals.worker_shutting_down.connect
def _on_shutdown(**_: object) -> None:
    for thread in _threads:
        thread.stop()
