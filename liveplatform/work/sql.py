"""The statements under Work: claim due rows, write outcomes where the claim still holds.

Leases and due times are the database's clock, so a machine whose clock is wrong changes nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.conf import settings

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import columns_of, from_row
from liveplatform.work.models import Work

W = TypeVar("W", bound=Work)

# What a claim writes. A running row is due again when its lease runs out; each claim invalidates the fencing
# token of the one before.
CLAIMED = """state = 'running', attempts = w.attempts + 1, fencing_token = w.fencing_token + 1,
    updated_at = now(), due_at = now() + make_interval(secs => %(lease)s)"""

# Keys with open rows are found by a loose scan of the partial index (concurrency_key, due_at); each gives at
# most what it may still have in flight, so one slow key never takes every place. Keys come in random order,
# so that none is always last.
CLAIM = """
WITH RECURSIVE keys(key) AS (
    (SELECT concurrency_key FROM {table} WHERE state IN ('pending', 'running')
     ORDER BY concurrency_key LIMIT 1)
    UNION ALL
    SELECT (SELECT w.concurrency_key FROM {table} w
            WHERE w.state IN ('pending', 'running') AND w.concurrency_key > keys.key
            ORDER BY w.concurrency_key LIMIT 1)
    FROM keys WHERE keys.key IS NOT NULL
), shuffled AS MATERIALIZED (
    SELECT key, greatest(0, least(%(per_key)s, (%(limits)s::jsonb ->> key::text)::int)
                            - coalesce((%(busy)s::jsonb ->> key::text)::int, 0)) AS room
    FROM keys WHERE key IS NOT NULL ORDER BY random()
), picked AS MATERIALIZED (
    SELECT due.id FROM shuffled CROSS JOIN LATERAL (
        SELECT w.id FROM {table} w
        WHERE w.concurrency_key = shuffled.key AND w.state IN ('pending', 'running')
          AND w.due_at <= statement_timestamp()
        ORDER BY w.due_at LIMIT shuffled.room FOR UPDATE SKIP LOCKED
    ) due LIMIT %(limit)s
)
UPDATE {table} AS w SET {claimed} FROM picked WHERE w.id = picked.id RETURNING {columns}
"""

CLAIM_ONE = """
UPDATE {table} AS w SET {claimed}
WHERE w.id = %(id)s AND (w.state = 'pending' OR (w.state = 'running' AND w.due_at <= statement_timestamp()))
RETURNING {columns}
"""

SETTLE = """
UPDATE {table} AS w
SET state = o.state, error = o.error, result = o.result, updated_at = now(),
    log = CASE WHEN o.reset_log THEN jsonb_build_array(o.entry) ELSE w.log || o.entry END,
    attempts = CASE WHEN o.reset_log THEN 0 ELSE least(w.attempts, w.max_attempts) END,
    due_at = CASE WHEN o.state = 'pending' THEN now() + make_interval(secs => o.delay) END,
    settled_at = CASE WHEN o.state <> 'pending' THEN now() END
FROM unnest(%(ids)s::uuid[], %(tokens)s::bigint[], %(states)s::text[], %(errors)s::text[],
            %(delays)s::float8[], %(results)s::jsonb[], %(entries)s::jsonb[], %(reset_log)s::bool[])
     AS o(id, token, state, error, delay, result, entry, reset_log)
WHERE w.id = o.id AND w.fencing_token = o.token AND w.state = 'running'
RETURNING {columns}
"""


def claim(
    model: type[W],
    limit: int,
    *,
    per_key: int,
    busy: Mapping[UUID, int] | None = None,
    limits: Mapping[UUID, int] | None = None,
) -> list[W]:
    """Claim up to `limit` due rows: running now, attempts counted, leased for settings.WORK_LEASE seconds.

    A concurrency key gets at most `per_key` places, or fewer if `limits` names it; what it has in flight
    in this process already (`busy`) is subtracted.
    """
    params = {
        "limit": limit,
        "per_key": per_key,
        "busy": _as_json(busy),
        "limits": _as_json(limits),
        "lease": settings.WORK_LEASE,
    }
    return _rows(model, CLAIM, params)


def claim_one(model: type[W], row_id: UUID) -> W | None:
    """Claim this row, due or not; None if it is settled or claimed by another worker."""
    rows = _rows(model, CLAIM_ONE, {"id": row_id, "lease": settings.WORK_LEASE})
    return rows[0] if rows else None


def write_outcomes(model: type[W], params: Mapping[str, list[Any]]) -> list[W]:
    """Write outcomes, given as columns; the rows whose fencing token still held, as they are now."""
    return _rows(model, SETTLE, params)


def _rows(model: type[W], statement: str, params: Mapping[str, Any]) -> list[W]:
    return [from_row(model, row) for row in execute_prepared(_for_table(model, statement), params).fetchall()]


@cache
def _for_table(model: type[Work], statement: str) -> str:
    table = f'"{model._meta.db_table}"'
    return statement.format(table=table, columns=columns_of(model, "w"), claimed=CLAIMED)


def _as_json(counts: Mapping[UUID, int] | None) -> str:
    return orjson.dumps({str(key): n for key, n in (counts or {}).items()}).decode()
