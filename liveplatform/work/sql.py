"""The statements under Work: claim due rows, write outcomes where the claim still holds.

Leases and due times are the database's clock, so a machine whose clock is wrong changes nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import columns_of, from_row
from liveplatform.work.models import Work

W = TypeVar("W", bound=Work)

# (tenant_key, concurrency_key) of a row.
Key = tuple[UUID, UUID]

# What a claim writes. A running row is due again when its lease runs out; each claim invalidates the fencing
# token of the one before.
CLAIMED = """state = 'running', attempts = w.attempts + 1, fencing_token = w.fencing_token + 1,
    updated_at = now(), due_at = now() + make_interval(secs => %(lease)s)"""

# The keys with due rows, by a loose scan of the partial index (tenant_key, concurrency_key, due_at): one
# look-up per key with open rows, however many rows are due. The first row of a key is the one due first.
DUE_KEYS = """
WITH RECURSIVE keys(tenant, key, due_at) AS (
    (SELECT tenant_key, concurrency_key, due_at FROM {table} WHERE state IN ('pending', 'running')
     ORDER BY tenant_key, concurrency_key, due_at LIMIT 1)
    UNION ALL
    SELECT following.* FROM keys CROSS JOIN LATERAL (
        SELECT w.tenant_key, w.concurrency_key, w.due_at FROM {table} w
        WHERE w.state IN ('pending', 'running')
          AND (w.tenant_key, w.concurrency_key) > (keys.tenant, keys.key)
        ORDER BY w.tenant_key, w.concurrency_key, w.due_at LIMIT 1
    ) following
)
SELECT tenant, key FROM keys WHERE due_at <= statement_timestamp()
"""

CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT due.id
    FROM unnest(%(tenants)s::uuid[], %(keys)s::uuid[], %(counts)s::int[]) AS k(tenant, key, count)
    CROSS JOIN LATERAL (
        SELECT w.id FROM {table} w
        WHERE w.tenant_key = k.tenant AND w.concurrency_key = k.key AND w.state IN ('pending', 'running')
          AND w.due_at <= statement_timestamp()
        ORDER BY w.due_at LIMIT k.count FOR UPDATE SKIP LOCKED
    ) due
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


def due_keys(model: type[Work]) -> list[Key]:
    """The keys (tenant, concurrency key) with due rows."""
    return execute_prepared(_for_table(model, DUE_KEYS), {}).fetchall()


def claim(model: type[W], counts: Mapping[Key, int]) -> list[W]:
    """Claim up to so many due rows of each key: running now, attempts counted, leased for WORK_LEASE seconds.

    Of each key the rows that have been due for longest; rows that another process claims are passed over.
    """
    params = {
        "tenants": [tenant for tenant, _ in counts],
        "keys": [key for _, key in counts],
        "counts": list(counts.values()),
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
