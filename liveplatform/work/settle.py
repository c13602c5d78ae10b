"""Settling: write the outcomes of attempts and their consequences, in one transaction per batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from liveplatform.failpoints import reach
from liveplatform.json_codec import dumps_for_jsonb
from liveplatform.work import sql
from liveplatform.work.db_retry import retry_on_disconnect
from liveplatform.work.models import Work
from liveplatform.work.outcomes import POSTPONE, RETRY, Outcome, retry
from liveplatform.work.queue import Queue

log = structlog.get_logger(__name__)

W = TypeVar("W", bound=Work)


@dataclass(frozen=True)
class Attempt(Generic[W]):
    """A finished attempt at one row: its outcome, when it began, how long it took (ms)."""

    row: W
    outcome: Outcome
    began: datetime
    ms: int


def settle_batch(queue: Queue[W], attempts: list[Attempt[W]]) -> list[W]:
    """Settle together; if one row cannot be settled, each is settled alone. Never raises.

    Returns the rows as they are now. Those whose claim was lost are missing: another worker has them.
    """
    rows = _settle_each_if_needed(queue, attempts)
    _log_results(queue, rows)
    return rows


def settle(queue: Queue[W], attempts: Sequence[Attempt[W]], *, consequences: bool = True) -> list[W]:
    """Write the outcomes and, unless `consequences` is false, what follows from them, in one transaction.

    Returns the rows whose claim still held; the write of a stale owner changes nothing (G5).
    """
    with transaction.atomic():
        queue.lock([attempt.row for attempt in attempts])
        rows = sql.write_outcomes(queue.model, _params(queue, attempts))
        _copy_related(attempts, rows)
        if consequences:
            queue.settled(rows)
        reach(f"settling.{queue.name}")
    reach(f"settled.{queue.name}")
    return rows


def _copy_related(attempts: Sequence[Attempt[W]], rows: Sequence[W]) -> None:
    """Give the rows the related objects that `prepare` read, so that `settled` need not read them."""
    prepared = {attempt.row.pk: attempt.row for attempt in attempts}
    for row in rows:
        row._state.fields_cache.update(prepared[row.pk]._state.fields_cache)


def _settle_each_if_needed(queue: Queue[W], attempts: list[Attempt[W]]) -> list[W]:
    try:
        return retry_on_disconnect(lambda: settle(queue, attempts), settings.WORK_LEASE / 2)
    except Exception as error:  # noqa: BLE001 - consequences are any app's code
        if len(attempts) == 1:
            log.exception("settle_failed", queue=queue.name, work=str(attempts[0].row.pk))
            # Without the database nothing can be written: the lease runs out, and a worker tries again.
            disconnected = isinstance(error, OperationalError | InterfaceError)
            return [] if disconnected else _settle_crashed(queue, attempts[0], error)
        log.warning("settle_one_by_one", queue=queue.name, rows=len(attempts), exc_info=True)
    return [row for attempt in attempts for row in _settle_each_if_needed(queue, [attempt])]


def _settle_crashed(queue: Queue[W], attempt: Attempt[W], error: Exception) -> list[W]:
    """The consequences raised: settle as a failed attempt; if that raises too, without consequences."""
    outcome = retry(f"{type(error).__name__}: what follows could not be written")
    crashed = replace(attempt, outcome=outcome)
    for consequences in (True, False):
        try:
            return settle(queue, [crashed], consequences=consequences)
        except Exception:  # noqa: BLE001 - as above
            log.exception("settle_failed", queue=queue.name, work=str(attempt.row.pk))
    return []


def _params(queue: Queue[W], attempts: Sequence[Attempt[W]]) -> dict[str, list[Any]]:
    next_states = [_next_state(queue, attempt) for attempt in attempts]
    return {
        "ids": [a.row.pk for a in attempts],
        "tokens": [a.row.fencing_token for a in attempts],
        "states": [state for state, _ in next_states],
        "delays": [delay for _, delay in next_states],
        "errors": [a.outcome.error.replace("\0", "") for a in attempts],
        "results": [dumps_for_jsonb(a.outcome.result) for a in attempts],
        "entries": [
            dumps_for_jsonb(_log_entry(a, state)) for a, (state, _) in zip(attempts, next_states, strict=True)
        ],
        "keeps_due_at": [a.row.keeps_due_at.timestamp() if a.row.keeps_due_at else -1.0 for a in attempts],
        # Recurring work keeps the log entry of its last run only.
        "reset_log": [a.outcome.state == POSTPONE for a in attempts],
    }


def _next_state(queue: Queue[W], attempt: Attempt[W]) -> tuple[str, float]:
    """The state to write, and the seconds until the next attempt; the last `retry` is failed.

    An attempt out of turn changes neither the schedule nor the number of attempts.
    """
    row, outcome = attempt.row, attempt.outcome
    if outcome.state == POSTPONE:
        return Work.State.PENDING, outcome.retry_after or 0.0
    if outcome.state != RETRY:
        return outcome.state, 0.0
    if row.keeps_due_at is not None:
        return Work.State.PENDING, 0.0
    if row.attempts >= row.max_attempts:
        return Work.State.FAILED, 0.0
    # A Retry-After can only lengthen our delay: a server that says "in a second" forty times must not use up
    # attempts that are to last for hours.
    return Work.State.PENDING, max(queue.backoff(row), outcome.retry_after or 0.0)


def _log_entry(attempt: Attempt[Any], state: str) -> dict[str, Any]:
    """`state` is the next one: the last `retry` is logged as failed."""
    entry = {
        "attempt": attempt.row.attempts,
        "at": attempt.began.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ms": attempt.ms,
        "outcome": Work.State.FAILED.value if state == Work.State.FAILED else attempt.outcome.state,
    }
    if attempt.row.keeps_due_at:
        entry["out_of_turn"] = True
    if attempt.outcome.error:
        entry["error"] = attempt.outcome.error
    return entry | attempt.outcome.detail


def _log_results(queue: Queue[W], rows: list[W]) -> None:
    """Failed rows are logged as errors, for alarms, unless they were given up before; others as debug."""
    for row in rows:
        fields = {"queue": queue.name, "work": str(row.pk), "attempts": row.attempts, "state": row.state}
        fields |= queue.log_context(row)
        if row.was_given_up_before:
            log.warning("work_failed", error=row.error, **fields)
        elif row.state == Work.State.FAILED:
            log.error("work_failed", error=row.error, **fields)
        else:
            log.debug("work_settled", **fields)
