"""A worker process: one drain per queue that wakes at the bell, and sweeps when it hears none.

The drains live in threads beside Celery's own loop, so that rows are worked off even while Redis is
away. Celery is the doorbell, the supervisor of the processes and the way to trigger a task by hand.
"""

import math
import os
import queue
import threading
import time
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from django.db import DatabaseError, connection

from liveplatform.work import doorbell as bell
from liveplatform.work import heartbeat
from liveplatform.work.drain import STUCK_LIMIT, CompletionQueue, drain
from liveplatform.work.queue import Queue, queues

log = structlog.get_logger(__name__)

SHUTDOWN_GRACE = 8.0


class DrainThread(threading.Thread):
    """Drains one queue for as long as the process lives."""

    def __init__(self, of: Queue[Any]) -> None:
        super().__init__(name=f"drain-{of.name}", daemon=True)
        self.of = of
        self._bell = threading.Event()
        self._landing: CompletionQueue = queue.SimpleQueue()
        self._ending = threading.Event()

    def wake(self) -> None:
        """Something is due: begin to drain, or claim it beside what is in flight."""
        self._bell.set()
        self._landing.put(None)

    def stop(self) -> None:
        """Claim nothing more; what is in flight is settled."""
        self._ending.set()
        self._bell.set()

    def run(self) -> None:
        bell.on_ring(self.of.name, self.wake)
        while not self._ending.is_set():
            self._bell.wait(settings.WORK_SWEEP)
            if self._ending.is_set():
                return
            self._bell.clear()
            self._drain()

    def _drain(self) -> None:
        try:
            done = drain(
                self.of,
                seconds=math.inf,
                bell=self._landing,
                on_full=lambda: bell.ring_workers(self.of.name),
                stop=self._ending,
            )
        except DatabaseError as error:
            # PostgreSQL is away: drop the broken connection and look again at the next sweep.
            log.warning("drain_failed", queue=self.of.name, error=type(error).__name__)
            connection.close()
            time.sleep(settings.WORK_SWEEP / 4)
            self._bell.set()
            return
        if done.stuck >= STUCK_LIMIT:  # threads cannot be ended; the parent starts a fresh process
            log.critical("worker_recycled", queue=self.of.name, stuck=done.stuck)
            os._exit(70)


_drainers: list[DrainThread] = []


def start_drains() -> None:
    """Begin draining every queue in this process."""
    if _drainers:
        return
    _drainers.extend(DrainThread(of) for of in queues().values())
    for drainer in _drainers:
        drainer.start()
    threading.Thread(target=_heartbeat, name="seen", daemon=True).start()
    log.info("worker_started", queues=[d.of.name for d in _drainers], pid=os.getpid())


def stop_drains() -> None:
    """Let what is in flight settle, for at most GRACE seconds; leases cover the rest."""
    for drainer in _drainers:
        drainer.stop()
    until = time.monotonic() + SHUTDOWN_GRACE
    for drainer in _drainers:
        drainer.join(max(0.0, until - time.monotonic()))
    _drainers.clear()


def _heartbeat() -> None:
    while True:
        heartbeat.beat()
        time.sleep(heartbeat.INTERVAL)


@signals.worker_process_init.connect
def _in_pool_child(**_: object) -> None:
    start_drains()


@signals.worker_process_shutdown.connect
def _pool_child_ends(**_: object) -> None:
    stop_drains()


@signals.worker_ready.connect
def _in_single_process(sender: object, **_: object) -> None:
    """Pools without child processes (solo, threads) drain in the worker process itself."""
    pool = getattr(getattr(sender, "pool", None), "__module__", "") or str(getattr(sender, "pool_cls", ""))
    if "prefork" not in pool:
        start_drains()


@signals.worker_shutting_down.connect
def _worker_ends(**_: object) -> None:
    for drainer in _drainers:
        drainer.stop()
