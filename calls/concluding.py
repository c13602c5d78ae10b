"""The transaction that ends a call: the compare-and-set, the Steps that follow, and the Event.

It stands apart from calls/end.py because a Step that had to wait for the provider's word ends its
call with it too (surface A).
"""

from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from psycopg import Cursor

from calls.description import describe
from calls.end_codes import DEFAULT_REASON, EndCode
from calls.models.call import Call
from liveplatform.prepared import execute
from liveplatform.webhooks.publish import publish
from liveplatform.work.bell import ring
from liveplatform.work.models import NO_LANE, uuid7

# The time on the row is the database's; so is the question who was first.
COMPARE_AND_SET = """
UPDATE calls_call
SET status = 'ended', ended_at = now(), updated_at = now(), event_sequence = event_sequence + 1,
    disconnect_reason = %(reason)s, end_code = %(code)s, ended_by = %(by)s,
    duration = coalesce(duration, greatest(0, extract(epoch FROM now() - started_at))::int)
WHERE id = %(id)s AND account_id = %(account)s AND ended_at IS NULL
  AND (NOT %(by_number)s OR EXISTS (
        SELECT 1 FROM calls_phonenumber n WHERE n.account_id = calls_call.account_id
        AND n.number IN (calls_call.from_number, calls_call.to_number)))
RETURNING *, EXISTS (SELECT 1 FROM calls_transcript t WHERE t.call_id = calls_call.id) AS has_transcript
"""

# Terminate may be there already: surface A asks the provider before it ends the row.
ADD_STEPS = """
INSERT INTO calls_step (id, call_id, kind, lane, state, due_at, max_attempts, error, settled_at,
                        attempts, claim, result, log, created_at, updated_at)
SELECT s.id, %(call)s, s.kind, s.lane, CASE WHEN s.skip = '' THEN 'pending' ELSE 'skipped' END,
       now() + make_interval(secs => s.delay), s.max_attempts, s.skip,
       CASE WHEN s.skip <> '' THEN now() END, 0, 0, '{}', '[]', now(), now()
FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(lanes)s::uuid[], %(delays)s::float8[],
            %(max_attempts)s::int[], %(skips)s::text[]) AS s(id, kind, lane, delay, max_attempts, skip)
ON CONFLICT (call_id, kind) DO NOTHING
"""

# A leg that is not hung up keeps billing: terminate is tried for hours before a person must look.
MAX_ATTEMPTS = {"terminate": 40, "clean_up": 12, "analyse": 6, "notify": 6}


FIELDS = [field.attname for field in Call._meta.concrete_fields]
COLUMNS = [field.column or "" for field in Call._meta.concrete_fields]

NOTHING_RUNS = "Nothing runs at a provider."
NO_ROOM = "No room was made for this call."


def compare_and_set(
    call_id: UUID, account_id: UUID, reason: str, code: str, by: str, by_number: bool = False
) -> Call | None:
    """End the row and write down what follows; None if it was over already. Wants a transaction."""
    params = {
        "id": call_id,
        "account": account_id,
        "reason": reason,
        "code": code,
        "by": by,
        "by_number": by_number,
    }
    cursor = execute(COMPARE_AND_SET, params)
    row = cursor.fetchone()
    call = _call(cursor, row) if row else None
    if call is not None:
        _follow(call)
    return call


def _call(cursor: "Cursor[tuple[Any, ...]]", row: tuple[Any, ...]) -> Call:
    """The row as a Call; the question about its transcript goes along as an attribute."""
    found = {column.name: value for column, value in zip(cursor.description or (), row, strict=True)}
    call = Call.from_db("default", FIELDS, [found[column] for column in COLUMNS])
    # Django leaves JSON to its own fields' converters, which a plain cursor has not.
    call.metadata, call.dynamic_variables = map(orjson.loads, (call.metadata, call.dynamic_variables))
    call.has_transcript = found["has_transcript"]  # type: ignore[attr-defined]
    return call


def conclude(call: Call) -> None:
    """The provider agreed to a wish that was on record: end the row with the wish's own words."""
    compare_and_set(
        call.pk,
        call.account_id,
        call.disconnect_reason or DEFAULT_REASON,
        call.end_code or EndCode.ENDED_BY_API,
        call.ended_by,
    )
    call.refresh_from_db()


def _follow(call: Call) -> None:
    execute(ADD_STEPS, _steps(call))
    publish(call.account_id, call.pk, call.event_sequence, "call.ended", {"call": describe(call)})
    ring("steps")


def _steps(call: Call) -> dict[str, Any]:
    """The four steps as columns. Notify has no due time: the last of the others to settle sets it."""
    has_transcript = getattr(call, "has_transcript", False)
    rows = [
        (
            "terminate",
            call.connection_id,
            0.0,
            "" if call.provider_call_id or call.may_run_unseen else NOTHING_RUNS,
        ),
        ("clean_up", call.room_connection_id, 0.0, "" if call.room_id else NO_ROOM),
        ("analyse", None, 0.0 if has_transcript else settings.TRANSCRIPT_WINDOW, ""),
        ("notify", None, None, ""),
    ]
    return {
        "call": call.pk,
        "ids": [uuid7() for _ in rows],
        "kinds": [kind for kind, *_ in rows],
        "lanes": [lane or NO_LANE for _, lane, *_ in rows],
        "delays": [delay for *_, delay, _ in rows],
        "max_attempts": [MAX_ATTEMPTS[kind] for kind, *_ in rows],
        "skips": [skip for *_, skip in rows],
    }
