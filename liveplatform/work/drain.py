"""Drain: claim what is due, run it side by side, write each outcome where the claim is still ours."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from liveplatform.failpoints import reach
from liveplatform.work import executor, slow_keys, sql
from liveplatform.work.db_retry import through_outage
from liveplatform.work.models import Job, Work
from liveplatform.work.outcomes import Outcome, again, never

log = structlog.get_logger(__name__)

# Under load outcomes are written together: those of this time (s), at most so many; a few at once.
GATHER = 0.04
BATCH = 64
FEW = 8


# Where finished jobs land; a None among them is the bell.
Landing = queue.SimpleQueue[Future[Outcome] | None]
# A process with this many jobs that never came back claims no more, and starts afresh.
STUCK_LIMIT = 4


@dataclass
class Flight:
    """A job under way: its row, and when it began."""

    row: Work
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
    kind: type[Work],
    *,
    seconds: float = 20.0,
    on_full: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    bell: "Landing | None" = None,
) -> Drained:
    """Work through the due rows of a kind until none is left, or for about `seconds`.

    `on_full` is called once if a claim came back full: others should come and help. Once `stop`
    is set nothing more is claimed; what is in flight is settled. A None put into `bell` says that
    something became due: it is claimed beside what is in flight.
    """
    landed: Landing = bell if bell is not None else queue.SimpleQueue()
    return _Drain(kind, time.monotonic() + seconds, stop or threading.Event(), landed).run(on_full)


def run_row(row: Work) -> Work | None:
    """Run one row that this process has just claimed; the row as settled, None if it was lost."""
    (job,) = _prepared(type(row), [row])
    flight = Flight(row, datetime.now(UTC), time.monotonic())
    rows = sql.settle(type(row), [_attempt(flight, executor.start(job))])
    _report(rows)
    return rows[0] if rows else None


class _Drain:
    """The state of one drain: what is in flight, and what has landed."""

    def __init__(self, kind: type[Work], until: float, stop: threading.Event, landed: Landing) -> None:
        self.kind = kind
        self.until = until
        self.stop = stop
        self.width: int = getattr(settings, kind.width_setting)
        self.flights: dict[Future[Outcome], Flight] = {}
        self.landed = landed
        self.attempts: list[sql.Attempt] = []  # over, and not yet written
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
        busy = Counter(flight.row.lane for flight in self.flights.values())
        reach(f"claiming.{self.kind.queue}")
        rows = sql.claim(
            self.kind, free, per_lane=max(1, self.width * 3 // 4), busy=busy, caps=slow_keys.caps()
        )
        if rows:
            reach(f"claimed.{self.kind.queue}")
        self.drained.claimed += len(rows)
        self._start(rows)
        return len(rows) == free

    def _start(self, rows: list[Work]) -> None:
        worn = [row for row in rows if row.attempts > row.max_attempts]
        fresh = [row for row in rows if row.attempts <= row.max_attempts]
        for row in worn:
            # Its last attempts never came back: the worker died under it. Enough of that.
            self._fly(row, lambda: never("The worker was lost during the last attempt; given up."))
        for row, job in zip(fresh, _prepared(self.kind, fresh), strict=True):
            self._fly(row, job)

    def _fly(self, row: Work, job: Job) -> None:
        future = executor.start(job)
        self.flights[future] = Flight(row, datetime.now(UTC), time.monotonic())
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
                self.write_by = time.monotonic() + GATHER
            self.attempts.append(_attempt(self.flights.pop(future), future))
            slow_keys.judge(self.attempts[-1])

    def _ripe(self) -> bool:
        """Whether it is time to write: few are left to wait for, many have come, or the first waits long."""
        return bool(self.attempts) and (
            len(self.flights) + len(self.attempts) <= FEW
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
            log.error("work_stuck", queue=self.kind.queue, work=str(flight.row.pk))

    def _settle(self) -> None:
        attempts, self.attempts = self.attempts, []
        rows = _settle_bravely(self.kind, attempts)
        _report(rows)
        self.drained.outcomes.update(row.state for row in rows)


def _prepared(kind: type[Work], rows: list[Work]) -> list[Job]:
    """The rows' jobs. A row that cannot even be prepared is an attempt that crashed; the others go on."""
    if not rows:
        return []
    try:
        return through_outage(lambda: kind.prepare(rows), settings.WORK_LEASE / 2)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - as in _attempt
        if len(rows) > 1:
            return [job for row in rows for job in _prepared(kind, [row])]
        log.exception("work_unprepared", queue=kind.queue, work=str(rows[0].pk))
        crashed = again(f"{type(error).__name__}: the attempt could not be prepared")
        return [lambda: crashed]


def _attempt(flight: Flight, future: Future[Outcome]) -> sql.Attempt:
    try:
        outcome = future.result()
    except Exception as error:  # noqa: BLE001 - the one place where anything may go wrong
        log.exception("work_crashed", queue=flight.row.queue, work=str(flight.row.pk))
        outcome = again(f"{type(error).__name__}: the attempt crashed")
    return sql.Attempt(flight.row, outcome, flight.began, round((time.monotonic() - flight.clock) * 1000))


def _settle_bravely(kind: type[Work], attempts: list[sql.Attempt]) -> list[Work]:
    """Settle all at once; if one of them cannot be written, it must not take the others along."""
    try:
        return through_outage(lambda: sql.settle(kind, attempts), settings.WORK_LEASE / 2)
    except Exception as error:  # noqa: BLE001 - what follows a row is anybody's code
        if len(attempts) == 1:
            log.exception("work_unsettled", queue=kind.queue, work=str(attempts[0].row.pk))
            # With the database away nothing can be written: the lease runs out and somebody tries again.
            away = isinstance(error, OperationalError | InterfaceError)
            return [] if away else _settle_crashed(kind, attempts[0], error)
        log.warning("work_settled_singly", queue=kind.queue, rows=len(attempts), exc_info=True)
    return [row for attempt in attempts for row in _settle_bravely(kind, [attempt])]


def _settle_crashed(kind: type[Work], attempt: sql.Attempt, error: Exception) -> list[Work]:
    """What should follow could not be done: that is an attempt that failed, and its reason is on the row."""
    outcome = again(f"{type(error).__name__}: what follows could not be written")
    crashed = replace(attempt, outcome=outcome)
    for follow in (True, False):
        try:
            return sql.settle(kind, [crashed], follow=follow)
        except Exception:  # noqa: BLE001 - as above
            log.exception("work_unsettled", queue=kind.queue, work=str(attempt.row.pk))
    return []


def _report(rows: list[Work]) -> None:
    """What was given up is an alarm; everything else is one line for the curious."""
    for row in rows:
        said = {"queue": row.queue, "work": str(row.pk), "attempts": row.attempts, "state": row.state}
        said |= row.about()
        if row.state == Work.State.FAILED:
            log.error("work_failed", error=row.error, **said)
        else:
            log.debug("work_settled", **said)
