"""Drain: claim what is due, run it side by side, write each outcome where the claim is still ours."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from liveplatform.failpoints import reach
from liveplatform.work import executor, slow_keys, sql
from liveplatform.work.db_retry import retry_on_disconnect
from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import Outcome, fail, retry
from liveplatform.work.queue import Queue

log = structlog.get_logger(__name__)

W = TypeVar("W", bound=Work)

# Under load outcomes are written together: those of this time (s), at most so many; a few at once.
FLUSH_INTERVAL = 0.04
BATCH = 64
FLUSH_AT_ONCE = 8


# Where finished jobs land; a None among them is the bell.
CompletionQueue = queue.SimpleQueue[Future[Outcome] | None]
# A process with this many jobs that never came back claims no more, and starts afresh.
STUCK_LIMIT = 4


@dataclass
class InFlight(Generic[W]):
    """A job under way: its row, and when it began."""

    row: W
    began: datetime
    clock: float


@dataclass
class Drained:
    """What a drain did: how many rows it claimed, and their outcomes."""

    claimed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stuck: int = 0

    def __str__(self) -> str:
        said = ", ".join(f"{n} {state}" for state, n in sorted(self.outcomes.items()))
        return f"{self.claimed} claimed: {said or 'nothing was due'}"


def drain(
    of: Queue[Any],
    *,
    seconds: float = 20.0,
    on_full: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    bell: "CompletionQueue | None" = None,
) -> Drained:
    """Work through the due rows of a queue until none is left, or for about `seconds`.

    `on_full` is called once if a claim came back full: others should come and help. Once `stop`
    is set nothing more is claimed; what is in flight is settled. A None put into `bell` says that
    something became due: it is claimed beside what is in flight.
    """
    landed: CompletionQueue = bell if bell is not None else queue.SimpleQueue()
    return _Drain(of, time.monotonic() + seconds, stop or threading.Event(), landed).run(on_full)


def run_row(of: Queue[W], row: W) -> W | None:
    """Run one row that this process has just claimed; the row as settled, None if it was lost."""
    (job,) = _prepared(of, [row])
    flight = InFlight(row, datetime.now(UTC), time.monotonic())
    rows = sql.settle(of, [_outcome_of(flight, executor.submit(job))])
    _log_results(of, rows)
    return rows[0] if rows else None


class _Drain:
    """The state of one drain: what is in flight, and what has landed."""

    def __init__(self, of: Queue[Any], until: float, stop: threading.Event, landed: CompletionQueue) -> None:
        self.of = of
        self.until = until
        self.stop = stop
        self.width = of.width
        self.flights: dict[Future[Outcome], InFlight[Any]] = {}
        self.landed = landed
        self.attempts: list[sql.Attempt[Any]] = []  # over, and not yet written
        self.write_by = 0.0  # time.monotonic()
        self.rung = True
        self.drained = Drained()

    def run(self, on_full: Callable[[], None] | None) -> Drained:
        while True:
            full = self._may_claim() and self._claim_if_possible()
            if full and on_full:
                on_full()
                on_full = None
            if not self.flights and not self.attempts:
                return self.drained
            self._wait()
            if self._ripe():
                self._settle()

    def _may_claim(self) -> bool:
        worn_out = self.drained.stuck >= STUCK_LIMIT
        return time.monotonic() < self.until and not self.stop.is_set() and not worn_out

    def _claim_if_possible(self) -> bool:
        """Claim; a database that is away must not take along what is in flight."""
        try:
            return self._claim()
        except DatabaseError:
            connection.close()
            if not self.flights:
                raise
            return False

    def _claim(self) -> bool:
        free = self.width - len(self.flights)
        # A claim of a few rows costs as much as one of many: rather wait, unless the bell rang.
        if free < max(1, self.width // (8 if self.rung else 2)):
            return True
        self.rung = False
        busy = Counter(flight.row.concurrency_key for flight in self.flights.values())
        reach(f"claiming.{self.of.name}")
        rows = sql.claim(
            self.of.model, free, per_key=max(1, self.width * 3 // 4), busy=busy, caps=slow_keys.limits()
        )
        if rows:
            reach(f"claimed.{self.of.name}")
        self.drained.claimed += len(rows)
        self._start(rows)
        return len(rows) == free

    def _start(self, rows: list[Work]) -> None:
        worn = [row for row in rows if row.attempts > row.max_attempts]
        fresh = [row for row in rows if row.attempts <= row.max_attempts]
        for row in worn:
            # Its last attempts never came back: the worker died under it. Enough of that.
            self._fly(row, lambda: fail("The worker was lost during the last attempt; given up."))
        for row, job in zip(fresh, _prepared(self.of, fresh), strict=True):
            self._fly(row, job)

    def _fly(self, row: Work, job: AttemptFn) -> None:
        future = executor.submit(job)
        self.flights[future] = InFlight(row, datetime.now(UTC), time.monotonic())
        future.add_done_callback(self.landed.put)

    def _wait(self) -> None:
        """Take in what landed, until something did, the bell rang, or it is time to write or to sweep."""
        try:
            self._land(self.landed.get(timeout=self._patience()))
        except queue.Empty:
            self._abandon()
            self.rung = True
        while not self.landed.empty():
            self._land(self.landed.get())

    def _patience(self) -> float:
        now = time.monotonic()
        if self.attempts:
            return max(0.0, self.write_by - now)
        oldest = min((flight.clock for flight in self.flights.values()), default=now)
        return min(max(0.05, oldest + settings.WORK_LEASE - now), settings.WORK_SWEEP)

    def _land(self, future: Future[Outcome] | None) -> None:
        if future is None:
            self.rung = True
        elif future in self.flights:
            if not self.attempts:
                self.write_by = time.monotonic() + FLUSH_INTERVAL
            self.attempts.append(_outcome_of(self.flights.pop(future), future))
            slow_keys.observe(self.attempts[-1])

    def _ripe(self) -> bool:
        """Whether it is time to write: few are left to wait for, many have come, or the first waits long."""
        return bool(self.attempts) and (
            len(self.flights) + len(self.attempts) <= FLUSH_AT_ONCE
            or not self.flights
            or len(self.attempts) >= BATCH
            or time.monotonic() >= self.write_by
        )

    def _abandon(self) -> None:
        """Let go of jobs that outlived their lease: another worker may have their rows by now."""
        lost = [
            f for f, flight in self.flights.items() if time.monotonic() - flight.clock > settings.WORK_LEASE
        ]
        for future in lost:
            flight = self.flights.pop(future)
            future.cancel()
            self.drained.stuck += 1
            log.error("work_stuck", queue=self.of.name, work=str(flight.row.pk))

    def _settle(self) -> None:
        attempts, self.attempts = self.attempts, []
        rows = _settle_one_by_one(self.of, attempts)
        _log_results(self.of, rows)
        self.drained.outcomes.update(row.state for row in rows)


def _prepared(of: Queue[W], rows: list[W]) -> list[AttemptFn]:
    """The rows' jobs. A row that cannot even be prepared is an attempt that crashed; the others go on."""
    if not rows:
        return []
    try:
        return retry_on_disconnect(lambda: of.prepare(rows), settings.WORK_LEASE / 2)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - as in _attempt
        if len(rows) > 1:
            return [job for row in rows for job in _prepared(of, [row])]
        log.exception("prepare_failed", queue=of.name, work=str(rows[0].pk))
        crashed = retry(f"{type(error).__name__}: the attempt could not be prepared")
        return [lambda: crashed]


def _outcome_of(flight: InFlight[W], future: Future[Outcome]) -> sql.Attempt[W]:
    try:
        outcome = future.result()
    except Exception as error:  # noqa: BLE001 - the one place where anything may go wrong
        log.exception("work_crashed", queue=flight.row.queue, work=str(flight.row.pk))
        outcome = retry(f"{type(error).__name__}: the attempt crashed")
    return sql.Attempt(flight.row, outcome, flight.began, round((time.monotonic() - flight.clock) * 1000))


def _settle_one_by_one(of: Queue[W], attempts: list[sql.Attempt[W]]) -> list[W]:
    """Settle all at once; if one of them cannot be written, it must not take the others along."""
    try:
        return retry_on_disconnect(lambda: sql.settle(of, attempts), settings.WORK_LEASE / 2)
    except Exception as error:  # noqa: BLE001 - what follows a row is anybody's code
        if len(attempts) == 1:
            log.exception("work_unsettled", queue=of.name, work=str(attempts[0].row.pk))
            # With the database away nothing can be written: the lease runs out and somebody tries again.
            away = isinstance(error, OperationalError | InterfaceError)
            return [] if away else _settle_crashed(of, attempts[0], error)
        log.warning("work_settled_singly", queue=of.name, rows=len(attempts), exc_info=True)
    return [row for attempt in attempts for row in _settle_one_by_one(of, [attempt])]


def _settle_crashed(of: Queue[W], attempt: sql.Attempt[W], error: Exception) -> list[W]:
    """What should follow could not be done: that is an attempt that failed, and its reason is on the row."""
    outcome = retry(f"{type(error).__name__}: what follows could not be written")
    crashed = replace(attempt, outcome=outcome)
    for follow in (True, False):
        try:
            return sql.settle(of, [crashed], follow=follow)
        except Exception:  # noqa: BLE001 - as above
            log.exception("work_unsettled", queue=of.name, work=str(attempt.row.pk))
    return []


def _log_results(of: Queue[W], rows: list[W]) -> None:
    """What was given up is an alarm; everything else is one line for the curious."""
    for row in rows:
        said = {"queue": row.queue, "work": str(row.pk), "attempts": row.attempts, "state": row.state}
        said |= of.log_context(row)
        if row.state == Work.State.FAILED:
            log.error("work_failed", error=row.error, **said)
        else:
            log.debug("work_settled", **said)
