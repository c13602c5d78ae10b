"""Drain: claim due rows, run their attempts side by side, and settle each one."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from liveplatform.failpoints import reach
from liveplatform.work import executor, slow_keys, sql
from liveplatform.work.db_retry import retry_on_disconnect
from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import Outcome, fail, retry
from liveplatform.work.queue import Queue
from liveplatform.work.settle import Attempt, settle_batch

log = structlog.get_logger(__name__)

W = TypeVar("W", bound=Work)

# Under load outcomes are settled together: those of FLUSH_INTERVAL seconds, at most FLUSH_SIZE. When so few
# are left that waiting gains nothing, they are settled at once.
FLUSH_INTERVAL = 0.04
FLUSH_SIZE = 64
FLUSH_AT_ONCE = 8
# A process with this many attempts that never returned claims no more, and is replaced (worker.py).
STUCK_LIMIT = 4

# Receives each finished attempt; None means that rows became due.
CompletionQueue = SimpleQueue[Future[Outcome] | None]


@dataclass
class InFlight(Generic[W]):
    """An attempt under way: its row, and when it began (wall clock, monotonic clock)."""

    row: W
    began: datetime
    clock: float


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

    `on_full` is called once if a claim came back full, to wake other workers. After `stop` is set nothing
    more is claimed; attempts in flight are settled. A None put into `completed` wakes the drain: rows that
    became due are claimed beside those in flight.
    """
    run = _Drain(queue, time.monotonic() + seconds, stop or threading.Event(), completed or SimpleQueue())
    return run.run(on_full)


def run_row(queue: Queue[W], row: W) -> W | None:
    """Run one row that this process has just claimed; the row as settled, None if the claim was lost."""
    (attempt_fn,) = _prepared(queue, [row])
    started = InFlight(row, datetime.now(UTC), time.monotonic())
    rows = settle_batch(queue, [_attempt(started, executor.submit(attempt_fn))])
    return rows[0] if rows else None


class _Drain:
    """The state of one drain: attempts in flight, and finished ones that are not settled yet."""

    def __init__(
        self, queue: Queue[Any], until: float, stop: threading.Event, completed: CompletionQueue
    ) -> None:
        self.queue = queue
        self.until = until
        self.stop = stop
        self.completed = completed
        self.in_flight: dict[Future[Outcome], InFlight[Any]] = {}
        self.finished: list[Attempt[Any]] = []
        self.flush_at = 0.0  # time.monotonic()
        self.woken = True
        self.drained = Drained()

    def run(self, on_full: Callable[[], None] | None) -> Drained:
        while True:
            full = self._may_claim() and self._claim_if_possible()
            if full and on_full:
                on_full()
                on_full = None
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
        concurrency = self.queue.concurrency_limit
        free = concurrency - len(self.in_flight)
        # Claiming a few rows costs as much as claiming many: wait for free places, unless rows became due.
        if free < max(1, concurrency // (8 if self.woken else 2)):
            return True
        self.woken = False
        busy = Counter(each.row.concurrency_key for each in self.in_flight.values())
        reach(f"claiming.{self.queue.name}")
        per_key = max(1, concurrency * 3 // 4)
        rows = sql.claim(self.queue.model, free, per_key=per_key, busy=busy, limits=slow_keys.limits())
        if rows:
            reach(f"claimed.{self.queue.name}")
        self.drained.claimed += len(rows)
        self._start(rows)
        return len(rows) == free

    def _start(self, rows: list[Work]) -> None:
        exhausted = [row for row in rows if row.attempts > row.max_attempts]
        runnable = [row for row in rows if row.attempts <= row.max_attempts]
        for row in exhausted:
            # Its last attempts never returned: the worker died under them.
            self._submit(row, lambda: fail("The worker was lost during the last attempt; given up."))
        for row, attempt_fn in zip(runnable, _prepared(self.queue, runnable), strict=True):
            self._submit(row, attempt_fn)

    def _submit(self, row: Work, attempt_fn: AttemptFn) -> None:
        future = executor.submit(attempt_fn)
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
        return min(max(0.05, oldest + settings.WORK_LEASE - now), settings.WORK_SWEEP)

    def _collect(self, future: Future[Outcome] | None) -> None:
        if future is None:
            self.woken = True
        elif future in self.in_flight:
            if not self.finished:
                self.flush_at = time.monotonic() + FLUSH_INTERVAL
            self.finished.append(_attempt(self.in_flight.pop(future), future))
            slow_keys.observe(self.finished[-1])

    def _should_flush(self) -> bool:
        """Settle now: few attempts are left, the batch is full, or the oldest waited long enough."""
        return bool(self.finished) and (
            len(self.in_flight) + len(self.finished) <= FLUSH_AT_ONCE
            or not self.in_flight
            or len(self.finished) >= FLUSH_SIZE
            or time.monotonic() >= self.flush_at
        )

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


def _prepared(queue: Queue[W], rows: list[W]) -> list[AttemptFn]:
    """The rows' attempts. A row whose preparation raises is a failed attempt; the others are not affected."""
    if not rows:
        return []
    try:
        return retry_on_disconnect(lambda: queue.prepare(rows), settings.WORK_LEASE / 2)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - as in _attempt
        if len(rows) > 1:
            return [attempt_fn for row in rows for attempt_fn in _prepared(queue, [row])]
        log.exception("prepare_failed", queue=queue.name, work=str(rows[0].pk))
        crashed = retry(f"{type(error).__name__}: the attempt could not be prepared")
        return [lambda: crashed]


def _attempt(started: InFlight[W], future: Future[Outcome]) -> Attempt[W]:
    """The finished attempt; one that raised is to be retried."""
    try:
        outcome = future.result()
    except Exception as error:  # noqa: BLE001 - an attempt is any app's code
        log.exception("attempt_crashed", queue=started.row.queue, work=str(started.row.pk))
        outcome = retry(f"{type(error).__name__}: the attempt crashed")
    ms = round((time.monotonic() - started.clock) * 1000)
    return Attempt(started.row, outcome, started.began, ms)
