"""The statements under Work: claim due rows, write outcomes where the claim is still ours.

Leases and due times are the database's clock, so a machine whose clock is wrong changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from liveplatform.db.prepared import execute
from liveplatform.db.rows import columns_of, read
from liveplatform.failpoints import reach
from liveplatform.json_codec import storable
from liveplatform.work.models import Work
from liveplatform.work.outcomes import Outcome

W = TypeVar("W", bound=Work)

# Lanes that have open rows are found by hopping along the partial index (lane, due_at); each gives at
# most what it may still have in flight, so one slow lane never takes every place. The order of lanes
# is random, so that none is last for ever. A running row is due again when its lease runs out.
CLAIM = """
WITH RECURSIVE lanes(lane) AS (
    (SELECT lane FROM {table} WHERE state IN ('pending', 'running') ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT w.lane FROM {table} w WHERE w.state IN ('pending', 'running') AND w.lane > lanes.lane
            ORDER BY w.lane LIMIT 1)
    FROM lanes WHERE lanes.lane IS NOT NULL
), shuffled AS MATERIALIZED (
    SELECT lane, greatest(0, least(%(per_lane)s, (%(caps)s::jsonb ->> lane::text)::int)
                             - coalesce((%(busy)s::jsonb ->> lane::text)::int, 0)) AS room
    FROM lanes WHERE lane IS NOT NULL ORDER BY random()
), picked AS MATERIALIZED (
    SELECT due.id FROM shuffled CROSS JOIN LATERAL (
        SELECT w.id FROM {table} w
        WHERE w.lane = shuffled.lane AND w.state IN ('pending', 'running')
          AND w.due_at <= statement_timestamp()
        ORDER BY w.due_at LIMIT shuffled.room FOR UPDATE SKIP LOCKED
    ) due LIMIT %(limit)s
)
UPDATE {table} AS w
SET state = 'running', attempts = w.attempts + 1, claim = w.claim + 1, updated_at = now(),
    due_at = now() + make_interval(secs => %(lease)s)
FROM picked WHERE w.id = picked.id
RETURNING {columns}
"""

CLAIM_ONE = """
UPDATE {table} AS w
SET state = 'running', attempts = w.attempts + 1, claim = w.claim + 1, updated_at = now(),
    due_at = now() + make_interval(secs => %(lease)s)
WHERE w.id = %(id)s AND (w.state = 'pending' OR (w.state = 'running' AND w.due_at <= statement_timestamp()))
RETURNING {columns}
"""

WRITE = """
UPDATE {table} AS w
SET state = o.state, error = o.error, result = o.result, updated_at = now(),
    log = CASE WHEN o.anew THEN jsonb_build_array(o.entry) ELSE w.log || o.entry END,
    attempts = CASE WHEN o.anew THEN 0 ELSE least(w.attempts, w.max_attempts) END,
    due_at = CASE WHEN o.state = 'pending' THEN now() + make_interval(secs => o.delay) END,
    settled_at = CASE WHEN o.state <> 'pending' THEN now() END
FROM unnest(%(ids)s::uuid[], %(claims)s::bigint[], %(states)s::text[], %(errors)s::text[],
            %(delays)s::float8[], %(results)s::jsonb[], %(entries)s::jsonb[], %(anew)s::bool[])
     AS o(id, claim, state, error, delay, result, entry, anew)
WHERE w.id = o.id AND w.claim = o.claim AND w.state = 'running'
RETURNING {columns}
"""


@dataclass(frozen=True)
class Attempt:
    """One attempt at one row, over: what came of it, when it began, how long it took (ms)."""

    row: Work
    outcome: Outcome
    began: datetime
    ms: int


def claim(
    kind: type[W],
    limit: int,
    *,
    per_lane: int,
    busy: Mapping[UUID, int] | None = None,
    caps: Mapping[UUID, int] | None = None,
) -> list[W]:
    """Take up to `limit` due rows: running now, attempts counted, leased for settings.WORK_LEASE.

    `busy` is what each lane has in flight in this process already, `caps` holds lanes that may
    have less than `per_lane` at a time.
    """
    params = {
        "limit": limit,
        "per_lane": per_lane,
        "busy": _counts(busy),
        "caps": _counts(caps),
        "lease": settings.WORK_LEASE,
    }
    return _rows(kind, CLAIM, params)


def claim_one(kind: type[W], row_id: UUID) -> W | None:
    """Take this very row, due or not; None if it is settled or somebody else has it."""
    params = {"id": row_id, "lease": settings.WORK_LEASE}
    return next(iter(_rows(kind, CLAIM_ONE, params)), None)


def settle(kind: type[W], attempts: Sequence[Attempt], *, follow: bool = True) -> list[W]:
    """Write the outcomes, and (unless told not to) what follows from them, in one transaction.

    Returns the rows that were still ours; a stale owner's write changes nothing (G5).
    """
    with transaction.atomic():
        kind.guard([a.row for a in attempts])  # type: ignore[misc]
        rows = _rows(kind, WRITE, _columns(attempts))
        if follow:
            kind.settled(rows)
        reach(f"settling.{kind.queue}")
    reach(f"settled.{kind.queue}")
    return rows


def _rows(kind: type[W], statement: str, parameters: Mapping[str, Any]) -> list[W]:
    """The rows that a statement on this kind's table gives back."""
    return [read(kind, row) for row in execute(_on(kind, statement), parameters).fetchall()]


@cache
def _on(kind: type[Work], statement: str) -> str:
    return statement.format(table=f'"{kind._meta.db_table}"', columns=columns_of(kind, "w"))


def _counts(counts: Mapping[UUID, int] | None) -> str:
    return orjson.dumps({str(lane): n for lane, n in (counts or {}).items()}).decode()


def _columns(attempts: Sequence[Attempt]) -> dict[str, list[Any]]:
    verdicts = [_verdict(a) for a in attempts]
    return {
        "ids": [a.row.pk for a in attempts],
        "claims": [a.row.claim for a in attempts],
        "states": [state for state, _ in verdicts],
        "delays": [delay for _, delay in verdicts],
        "errors": [a.outcome.error.replace("\0", "") for a in attempts],
        "results": [storable(a.outcome.result) for a in attempts],
        "entries": [storable(_entry(a)) for a in attempts],
        # Work that comes back for ever keeps the log of its last turn only.
        "anew": [a.outcome.state == "later" for a in attempts],
    }


def _verdict(attempt: Attempt) -> tuple[str, float]:
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
    return Work.State.PENDING, max(row.backoff(), outcome.retry_after or 0.0)


def _entry(attempt: Attempt) -> dict[str, Any]:
    entry = {
        "attempt": attempt.row.attempts,
        "at": attempt.began.astimezone(UTC).isoformat(),
        "ms": attempt.ms,
        "outcome": attempt.outcome.state,
    }
    if attempt.outcome.error:
        entry["error"] = attempt.outcome.error
    return entry | attempt.outcome.detail
