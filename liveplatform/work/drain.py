"""Drain: claim due rows, run their attempts side by side, and settle each one."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from liveplatform.failpoints import reach
from liveplatform.work import executor, sql
from liveplatform.work.attempts import InFlight, finished_attempt, prepared
from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import Outcome, fail
from liveplatform.work.pace import key_of, paces_of
from liveplatform.work.queue import Queue
from liveplatform.work.settle import Attempt, settle_batch
from liveplatform.work.shares import PARK_AFTER, Limits, Shares

log = structlog.get_logger(__name__)

W = TypeVar("W", bound=Work)

# Under load outcomes are settled together: those of FLUSH_INTERVAL seconds, at most FLUSH_SIZE. When so few
# are left that waiting gains nothing, they are settled at once.
FLUSH_INTERVAL = 0.04
FLUSH_SIZE = 64
FLUSH_AT_ONCE = 8
# A process with this many attempts that never returned claims no more, and is replaced (worker.py).
STUCK_LIMIT = 4

# A claim divides what is free; what some keys did not use is offered to the others, in so many rounds at most
MAX_ROUNDS = 3
# Seconds between two calls for help by one drain.
HELP_INTERVAL = 1.0

# Receives each finished attempt; None means that rows became due.
CompletionQueue = SimpleQueue[Future[Outcome] | None]


@dataclass
class Drained:
    """Result of a drain: rows claimed, their states after settling, attempts that never returned."""

    claimed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stuck: int = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {state}" for state, n in sorted(self.outcomes.items()))
        return f"{self.claimed} claimed: {counts or 'nothing was due'}"


def drain(
    queue: Queue[Any],
    *,
    seconds: float = 20.0,
    on_full: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    completed: CompletionQueue | None = None,
) -> Drained:
    """Work through the due rows of a queue until none is left, or for about `seconds`.

    `on_full` is called when more rows were due than could be claimed, to wake other workers; at most once in
    HELP_INTERVAL seconds. After `stop` is set nothing
    more is claimed; attempts in flight are settled. A None put into `completed` wakes the drain: rows that
    became due are claimed beside those in flight.
    """
    run = _Drain(queue, time.monotonic() + seconds, stop or threading.Event(), completed or SimpleQueue())
    return run.run(on_full)


def run_row(queue: Queue[W], row: W, *, wait: float | None = None) -> W | None:
    """Run one row that this process has just claimed; the row as settled, None if the claim was lost.

    `wait`: seconds after which None is returned while the attempt goes on; it is settled when it has ended.
    """
    (attempt_fn,) = prepared(queue, [row])
    started = InFlight(row, datetime.now(UTC), time.monotonic())
    future = executor.submit(attempt_fn)
    if wait is not None and not futures.wait([future], max(wait, 0.0)).done:
        future.add_done_callback(lambda done: _settle_later(queue, started, done))
        return None
    rows = settle_batch(queue, [finished_attempt(started, future)])
    return rows[0] if rows else None


def _settle_later(queue: Queue[Any], started: InFlight[Any], future: Future[Outcome]) -> None:
    """Settle in a thread of its own, which gives its connection to the database back."""

    def settle() -> Outcome:
        try:
            settle_batch(queue, [finished_attempt(started, future)])
        finally:
            connection.close()
        return future.result()

    executor.submit(settle, "late")


class _Drain:
    """The state of one drain: attempts in flight, and finished ones that are not settled yet."""

    def __init__(
        self, queue: Queue[Any], until: float, stop: threading.Event, completed: CompletionQueue
    ) -> None:
        self.queue = queue
        self.until = until
        self.stop = stop
        self.paces = paces_of(queue.name)
        self.threads = Limits(queue.concurrency_limit).total
        self.completed = completed
        self.in_flight: dict[Future[Outcome], InFlight[Any]] = {}
        self.finished: list[Attempt[Any]] = []
        self.flush_at = 0.0  # time.monotonic()
        self.help_at = 0.0  # time.monotonic()
        self.woken = True
        self.drained = Drained()

    def run(self, on_full: Callable[[], None] | None) -> Drained:
        while True:
            full = self._may_claim() and self._claim_if_possible()
            if full and on_full and time.monotonic() > self.help_at:
                self.help_at = time.monotonic() + HELP_INTERVAL
                on_full()
            if not self.in_flight and not self.finished:
                return self.drained
            self._wait()
            if self._should_flush():
                self._flush()

    def _may_claim(self) -> bool:
        stuck = self.drained.stuck >= STUCK_LIMIT
        return time.monotonic() < self.until and not self.stop.is_set() and not stuck

    def _claim_if_possible(self) -> bool:
        """Claim; losing the database must not lose the attempts in flight."""
        try:
            return self._claim()
        except DatabaseError:
            connection.close()
            if not self.in_flight:
                raise
            return False

    def _claim(self) -> bool:
        """Claim and start rows; true if there may be more than this process has places for."""
        shares = Shares(self.queue.concurrency_limit, self.paces, self.in_flight.values())
        # Claiming a few rows costs as much as claiming many: wait for free places, unless rows became due.
        if shares.free < max(1, shares.limits.places // (8 if self.woken else 2)):
            return True
        self.woken = False
        reach(f"claiming.{self.queue.name}")
        keys = set(sql.due_keys(self.queue.model))
        for _ in range(MAX_ROUNDS):
            counts = shares.divide(keys)
            if not counts:
                break
            rows = sql.claim(self.queue.model, counts)
            if rows:
                reach(f"claimed.{self.queue.name}")
            self.drained.claimed += len(rows)
            self._start(rows)
            found = Counter(key_of(row) for row in rows)
            for key, count in found.items():
                shares.add(key, count)
            keys = {key for key, count in counts.items() if found[key] == count}
            if not keys or shares.free < max(1, shares.limits.places // 8):
                break
        return bool(keys)

    def _start(self, rows: list[Work]) -> None:
        exhausted = [row for row in rows if row.attempts > row.max_attempts]
        runnable = [row for row in rows if row.attempts <= row.max_attempts]
        for row in exhausted:
            # Its last attempts never returned: the worker died under them.
            self._submit(row, lambda: fail("The worker was lost during the last attempt; given up."))
        for row, attempt_fn in zip(runnable, prepared(self.queue, runnable), strict=True):
            self._submit(row, attempt_fn)

    def _submit(self, row: Work, attempt_fn: AttemptFn) -> None:
        future = executor.submit(attempt_fn, self.queue.name, self.threads)
        self.in_flight[future] = InFlight(row, datetime.now(UTC), time.monotonic())
        future.add_done_callback(self.completed.put)

    def _wait(self) -> None:
        """Collect finished attempts: until there is one, rows became due, or it is time to flush or sweep."""
        try:
            self._collect(self.completed.get(timeout=self._poll_timeout()))
        except Empty:
            self._drop_expired()
            self.woken = True
        while not self.completed.empty():
            self._collect(self.completed.get())

    def _poll_timeout(self) -> float:
        now = time.monotonic()
        if self.finished:
            return max(0.0, self.flush_at - now)
        oldest = min((each.clock for each in self.in_flight.values()), default=now)
        # Places are free again when attempts are parked (shares.py).
        return min(max(0.05, oldest + settings.WORK_LEASE - now), settings.WORK_SWEEP, PARK_AFTER)

    def _collect(self, future: Future[Outcome] | None) -> None:
        if future is None:
            self.woken = True
        elif future in self.in_flight:
            if not self.finished:
                self.flush_at = time.monotonic() + FLUSH_INTERVAL
            self.finished.append(finished_attempt(self.in_flight.pop(future), future))
            self.paces.observe(self.finished[-1])

    def _should_flush(self) -> bool:
        """Settle now: few attempts are left, the batch is full, or the oldest waited long enough."""
        return bool(self.finished) and (
            self._expected() + len(self.finished) <= FLUSH_AT_ONCE
            or not self.in_flight
            or len(self.finished) >= FLUSH_SIZE
            or time.monotonic() >= self.flush_at
        )

    def _expected(self) -> int:
        """How many attempts may finish soon (not exact above FLUSH_AT_ONCE): those that are not parked."""
        parked_since = time.monotonic() - PARK_AFTER
        newest = islice(reversed(self.in_flight.values()), FLUSH_AT_ONCE + 1)
        return sum(each.clock > parked_since for each in newest)

    def _drop_expired(self) -> None:
        """Forget attempts that outlived their lease: another worker may have their rows by now."""
        now = time.monotonic()
        for future in [f for f, each in self.in_flight.items() if now - each.clock > settings.WORK_LEASE]:
            expired = self.in_flight.pop(future)
            future.cancel()
            self.drained.stuck += 1
            log.error("attempt_stuck", queue=self.queue.name, work=str(expired.row.pk))

    def _flush(self) -> None:
        finished, self.finished = self.finished, []
        rows = settle_batch(self.queue, finished)
        self.drained.outcomes.update(row.state for row in rows)
