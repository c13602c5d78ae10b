"""The statements under Work: claim due rows, write outcomes where the claim still holds.

Leases and due times are the database's clock, so a machine whose clock is wrong changes nothing.
"""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import attnames, columns_of, from_row
from liveplatform.work.models import Work

W = TypeVar("W", bound=Work)

# (tenant_key, concurrency_key) of a row.
Key = tuple[UUID, UUID]

# Sweeps after which a due row counts as one that no worker takes.
PATIENCE_SWEEPS = 3
# Entries of a log from which on an attempt drops the oldest: anybody can ask for any number of them.
MAX_LOG = 100

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

# The picked ids as an array: PostgreSQL takes them for few then, and looks each up. As a table it would take
# them for a tenth of all rows, and read the whole table.
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
UPDATE {table} AS w SET {claimed} WHERE w.id = ANY(ARRAY(SELECT id FROM picked)) RETURNING {columns}
"""

CLAIM_ONE = """
UPDATE {table} AS w SET {claimed}
WHERE w.id = %(id)s AND (w.state = 'pending' OR (w.state = 'running' AND w.due_at <= statement_timestamp()))
RETURNING {columns}
"""

# A claim of somebody who does not want to wait for the worker: it counts no attempt, and the row keeps its
# due time (the last column). It is refused while it is the worker's turn: from the due time on, unless no
# worker came for a while.
CLAIM_OUT_OF_TURN = """
UPDATE {table} AS w
SET state = 'running', fencing_token = w.fencing_token + 1, updated_at = now(),
    due_at = now() + make_interval(secs => %(lease)s)
FROM (SELECT id, due_at FROM {table} WHERE id = %(id)s FOR UPDATE) AS before
WHERE w.id = before.id AND (
    (w.state = 'pending' AND before.due_at > statement_timestamp() AND NOT %(overdue_only)s)
    OR (w.state IN ('pending', 'running')
        AND before.due_at <= statement_timestamp() - make_interval(secs => %(patience)s)))
RETURNING {columns}, before.due_at
"""

SETTLE = """
UPDATE {table} AS w
SET state = o.state, error = o.error, result = o.result, updated_at = now(),
    log = CASE WHEN o.reset_log THEN jsonb_build_array(o.entry)
               WHEN jsonb_array_length(w.log) >= {max_log} THEN (w.log - 0) || o.entry
               ELSE w.log || o.entry END,
    attempts = CASE WHEN o.reset_log THEN 0
                    WHEN o.keeps_due_at >= 0 AND o.state <> 'pending' THEN w.attempts + 1
                    ELSE least(w.attempts, w.max_attempts) END,
    due_at = CASE WHEN o.state <> 'pending' THEN NULL
                  WHEN o.keeps_due_at >= 0 THEN to_timestamp(o.keeps_due_at)
                  ELSE now() + make_interval(secs => o.delay) END,
    settled_at = CASE WHEN o.state <> 'pending' THEN now() END,
    given_up_since = CASE WHEN o.state = 'failed' THEN coalesce(w.given_up_since, now())
                          WHEN o.state = 'pending' AND NOT o.reset_log THEN w.given_up_since END
FROM unnest(%(ids)s::uuid[], %(tokens)s::bigint[], %(states)s::text[], %(errors)s::text[],
            %(delays)s::float8[], %(results)s::jsonb[], %(entries)s::jsonb[], %(reset_log)s::bool[],
            %(keeps_due_at)s::float8[])
     AS o(id, token, state, error, delay, result, entry, reset_log, keeps_due_at)
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
    return _claimed(model, CLAIM, params)


def claim_one(model: type[W], row_id: UUID) -> W | None:
    """Claim this row, due or not; None if it is settled or claimed by another worker."""
    rows = _claimed(model, CLAIM_ONE, {"id": row_id, "lease": settings.WORK_LEASE})
    return rows[0] if rows else None


def claim_out_of_turn(model: type[W], row_id: UUID, *, overdue_only: bool = False) -> W | None:
    """Claim this row for an attempt beside its schedule, which stays as it is: no attempt is counted.

    None if it is settled, claimed, or due: then it is a worker's turn, unless none came for a while (the only
    case with `overdue_only`).
    """
    params = {
        "id": row_id,
        "lease": settings.WORK_LEASE,
        "overdue_only": overdue_only,
        "patience": PATIENCE_SWEEPS * settings.WORK_SWEEP,
    }
    rows = _claimed(model, CLAIM_OUT_OF_TURN, params)
    return rows[0] if rows else None


def write_outcomes(model: type[W], params: Mapping[str, list[Any]]) -> list[W]:
    """Write outcomes, given as columns; the rows whose fencing token still held, as they are now."""
    return _rows(model, SETTLE, params)


def _claimed(model: type[W], statement: str, params: Mapping[str, Any]) -> list[W]:
    """The rows that a claim returned. Their lease counts from before the statement: it ends no later here."""
    lease_until = time.monotonic() + settings.WORK_LEASE
    found = execute_prepared(_for_table(model, statement), params).fetchall()
    rows = [from_row(model, row) for row in found]
    for row, values in zip(rows, found, strict=True):
        row.lease_until = lease_until
        row.keeps_due_at = values[len(attnames(model))] if len(values) > len(attnames(model)) else None
    return rows


def _rows(model: type[W], statement: str, params: Mapping[str, Any]) -> list[W]:
    return [from_row(model, row) for row in execute_prepared(_for_table(model, statement), params).fetchall()]


@cache
def _for_table(model: type[Work], statement: str) -> str:
    table = f'"{model._meta.db_table}"'
    return statement.format(table=table, columns=columns_of(model, "w"), claimed=CLAIMED, max_log=MAX_LOG)
