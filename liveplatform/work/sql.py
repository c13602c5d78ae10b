"""The statements under Work: claim due rows, write outcomes where the claim is still ours.

Leases and due times are the database's clock, so a machine whose clock is wrong changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import columns_of, from_row
from liveplatform.failpoints import reach
from liveplatform.json_codec import dumps_for_jsonb
from liveplatform.work.models import Work
from liveplatform.work.outcomes import Outcome
from liveplatform.work.queue import Queue

W = TypeVar("W", bound=Work)

# Lanes that have open rows are found by hopping along the partial index (concurrency_key, due_at); each gives at
# most what it may still have in flight, so one slow concurrency_key never takes every place. The order of lanes
# is random, so that none is last for ever. A running row is due again when its lease runs out.
CLAIM = """
WITH RECURSIVE lanes(concurrency_key) AS (
    (SELECT concurrency_key FROM {table} WHERE state IN ('pending', 'running') ORDER BY concurrency_key LIMIT 1)
    UNION ALL
    SELECT (SELECT w.concurrency_key FROM {table} w WHERE w.state IN ('pending', 'running') AND w.concurrency_key > lanes.concurrency_key
            ORDER BY w.concurrency_key LIMIT 1)
    FROM lanes WHERE lanes.concurrency_key IS NOT NULL
), shuffled AS MATERIALIZED (
    SELECT concurrency_key, greatest(0, least(%(per_key)s, (%(caps)s::jsonb ->> concurrency_key::text)::int)
                             - coalesce((%(busy)s::jsonb ->> concurrency_key::text)::int, 0)) AS room
    FROM lanes WHERE concurrency_key IS NOT NULL ORDER BY random()
), picked AS MATERIALIZED (
    SELECT due.id FROM shuffled CROSS JOIN LATERAL (
        SELECT w.id FROM {table} w
        WHERE w.concurrency_key = shuffled.concurrency_key AND w.state IN ('pending', 'running')
          AND w.due_at <= statement_timestamp()
        ORDER BY w.due_at LIMIT shuffled.room FOR UPDATE SKIP LOCKED
    ) due LIMIT %(limit)s
)
UPDATE {table} AS w
SET state = 'running', attempts = w.attempts + 1, fencing_token = w.fencing_token + 1, updated_at = now(),
    due_at = now() + make_interval(secs => %(lease)s)
FROM picked WHERE w.id = picked.id
RETURNING {columns}
"""

CLAIM_ONE = """
UPDATE {table} AS w
SET state = 'running', attempts = w.attempts + 1, fencing_token = w.fencing_token + 1, updated_at = now(),
    due_at = now() + make_interval(secs => %(lease)s)
WHERE w.id = %(id)s AND (w.state = 'pending' OR (w.state = 'running' AND w.due_at <= statement_timestamp()))
RETURNING {columns}
"""

SETTLE = """
UPDATE {table} AS w
SET state = o.state, error = o.error, result = o.result, updated_at = now(),
    log = CASE WHEN o.anew THEN jsonb_build_array(o.entry) ELSE w.log || o.entry END,
    attempts = CASE WHEN o.anew THEN 0 ELSE least(w.attempts, w.max_attempts) END,
    due_at = CASE WHEN o.state = 'pending' THEN now() + make_interval(secs => o.delay) END,
    settled_at = CASE WHEN o.state <> 'pending' THEN now() END
FROM unnest(%(ids)s::uuid[], %(tokens)s::bigint[], %(states)s::text[], %(errors)s::text[],
            %(delays)s::float8[], %(results)s::jsonb[], %(entries)s::jsonb[], %(anew)s::bool[])
     AS o(id, token, state, error, delay, result, entry, anew)
WHERE w.id = o.id AND w.fencing_token = o.token AND w.state = 'running'
RETURNING {columns}
"""


@dataclass(frozen=True)
class Attempt(Generic[W]):
    """One attempt at one row, over: what came of it, when it began, how long it took (ms)."""

    row: W
    outcome: Outcome
    began: datetime
    ms: int


def claim(
    model: type[W],
    limit: int,
    *,
    per_key: int,
    busy: Mapping[UUID, int] | None = None,
    caps: Mapping[UUID, int] | None = None,
) -> list[W]:
    """Take up to `limit` due rows: running now, attempts counted, leased for settings.WORK_LEASE.

    `busy` is what each concurrency_key has in flight in this process already, `caps` holds lanes that may
    have less than `per_key` at a time.
    """
    params = {
        "limit": limit,
        "per_key": per_key,
        "busy": _counts(busy),
        "caps": _counts(caps),
        "lease": settings.WORK_LEASE,
    }
    return _rows(model, CLAIM, params)


def claim_one(model: type[W], row_id: UUID) -> W | None:
    """Take this very row, due or not; None if it is settled or somebody else has it."""
    params = {"id": row_id, "lease": settings.WORK_LEASE}
    return next(iter(_rows(model, CLAIM_ONE, params)), None)


def settle(queue: Queue[W], attempts: Sequence[Attempt[W]], *, follow: bool = True) -> list[W]:
    """Write the outcomes, and (unless told not to) what follows from them, in one transaction.

    Returns the rows that were still ours; a stale owner's write changes nothing (G5).
    """
    with transaction.atomic():
        queue.lock([a.row for a in attempts])
        rows = _rows(queue.model, SETTLE, _params(queue, attempts))
        if follow:
            queue.settled(rows)
        reach(f"settling.{queue.name}")
    reach(f"settled.{queue.name}")
    return rows


def _rows(model: type[W], statement: str, parameters: Mapping[str, Any]) -> list[W]:
    """The rows that a statement on this model's table gives back."""
    return [
        from_row(model, row) for row in execute_prepared(_for_table(model, statement), parameters).fetchall()
    ]


@cache
def _for_table(model: type[Work], statement: str) -> str:
    return statement.format(table=f'"{model._meta.db_table}"', columns=columns_of(model, "w"))


def _counts(counts: Mapping[UUID, int] | None) -> str:
    return orjson.dumps({str(concurrency_key): n for concurrency_key, n in (counts or {}).items()}).decode()


def _params(queue: Queue[W], attempts: Sequence[Attempt[W]]) -> dict[str, list[Any]]:
    verdicts = [_next_state(queue, a) for a in attempts]
    return {
        "ids": [a.row.pk for a in attempts],
        "tokens": [a.row.fencing_token for a in attempts],
        "states": [state for state, _ in verdicts],
        "delays": [delay for _, delay in verdicts],
        "errors": [a.outcome.error.replace("\0", "") for a in attempts],
        "results": [dumps_for_jsonb(a.outcome.result) for a in attempts],
        "entries": [dumps_for_jsonb(_log_entry(a)) for a in attempts],
        # Work that comes back for ever keeps the log of its last turn only.
        "anew": [a.outcome.state == "later" for a in attempts],
    }


def _next_state(queue: Queue[W], attempt: Attempt[W]) -> tuple[str, float]:
    """The state to write and the seconds until the next attempt; the last `again` is failed."""
    row, outcome = attempt.row, attempt.outcome
    if outcome.state == "later":
        return Work.State.PENDING, outcome.retry_after or 0.0
    if outcome.state != "again":
        return outcome.state, 0.0
    if row.attempts >= row.max_attempts:
        return Work.State.FAILED, 0.0
    # What the other side asks for can only lengthen our pause: "in a second", said forty times, must not
    # use up attempts that are to last for hours.
    return Work.State.PENDING, max(queue.backoff(row), outcome.retry_after or 0.0)


def _log_entry(attempt: Attempt[Any]) -> dict[str, Any]:
    entry = {
        "attempt": attempt.row.attempts,
        "at": attempt.began.astimezone(UTC).isoformat(),
        "ms": attempt.ms,
        "outcome": attempt.outcome.state,
    }
    if attempt.outcome.error:
        entry["error"] = attempt.outcome.error
    return entry | attempt.outcome.detail
