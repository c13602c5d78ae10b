"""Raw SQL about calls: the end of calls, the release of notify, and the batched UPDATE of many calls.

The end is one statement with everything that follows from it: the compare-and-set, the steps, the event and
its deliveries. It costs one round trip and is its own transaction, so a call is never half ended
(docs/performance.md has the measurement).
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import CharField

from calls.activity import RERUN
from calls.call_events.sql import call_json_sql, recordings_json_sql, rfc3339_sql
from calls.models.call import UNANSWERED, Call
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.models.step import NO_STREAMS, NOTHING_RUNS, Step
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import columns_of, from_row
from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.failpoints import reach
from liveplatform.webhooks.sql import INSERT_DELIVERIES
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

COLUMNS = columns_of(Call, "ended")

# The time of this change, later than that of the one before it. Other writers leave it to the trigger
# call_updated_at, which does the same.
UPDATED_AT = "greatest(clock_timestamp(), c.updated_at + interval '1 microsecond')"

# The database's clock sets ended_at, and its row lock decides which of concurrent requests ends the call.
END_CALLS = """
    UPDATE calls_call AS c
    SET status = 'ended', ended_at = now(), updated_at = {updated_at}, event_sequence = event_sequence + 1,
        disconnect_reason = %(reason)s, end_code = %(code)s, ended_by = %(actor)s,
        duration = coalesce(duration, greatest(0, extract(epoch FROM
            now() - coalesce(answered_at, started_at)))::int)
    {where} AND c.account_id = %(account)s AND c.ended_at IS NULL
      AND (NOT %(require_own_number)s OR EXISTS (
            SELECT 1 FROM calls_phonenumber n WHERE n.account_id = c.account_id
            AND n.number IN (c.from_number, c.to_number)))
    RETURNING c.*, EXISTS (SELECT 1 FROM calls_transcript t WHERE t.call_id = c.id) AS has_transcript
"""

# A call whose end was requested strictly has its terminate step already; if it was given up, it is taken up
# again. Notify gets its due time when the other steps have settled (post_processing/notify.py).
TAKEN_UP = f"""state = 'pending', due_at = now(), settled_at = NULL, updated_at = now(),
    max_attempts = {{step}}.attempts + {Step.MAX_ATTEMPTS["terminate"]}"""
INSERT_STEPS = f"""
    INSERT INTO calls_step (id, call_id, kind, tenant_key, concurrency_key, state, due_at, max_attempts,
                            error, settled_at)
    SELECT {sql_uuid7("%(time)s::uuid", "s.n")}, ended.id, s.kind, ended.account_id,
           coalesce(s.concurrency_key, '{NO_KEY}'),
           CASE WHEN s.skip = '' THEN 'pending' ELSE 'skipped' END, now() + make_interval(secs => s.delay),
           s.max_attempts, s.skip, CASE WHEN s.skip <> '' THEN now() END
    FROM ended CROSS JOIN LATERAL (VALUES
        (1, 'terminate', ended.connection_id, 0.0, {Step.MAX_ATTEMPTS["terminate"]},
         CASE WHEN ended.provider_call_id <> '' OR ended.provider_status IN {UNANSWERED}
              THEN '' ELSE '{NOTHING_RUNS}' END),
        (2, 'clean_up', ended.room_connection_id, 0.0, {Step.MAX_ATTEMPTS["clean_up"]},
         CASE WHEN ended.room_id <> '' OR ended.has_streams THEN '' ELSE '{NO_STREAMS}' END),
        (3, 'analyse', NULL, CASE WHEN ended.has_transcript THEN 0.0 ELSE %(window)s END,
         {Step.MAX_ATTEMPTS["analyse"]}, ''),
        (4, 'notify', NULL, NULL, {Step.MAX_ATTEMPTS["notify"]}, '')
    ) AS s(n, kind, concurrency_key, delay, max_attempts, skip)
    ON CONFLICT (call_id, kind) DO UPDATE SET {TAKEN_UP.format(step="calls_step")}
    WHERE calls_step.kind = 'terminate' AND calls_step.state = 'failed'
"""  # noqa: S608 - composed of constants

CALL_ENDED_EVENT = f"""
    SELECT {sql_uuid7("%(time)s::uuid")} AS id, ended.account_id, ended.id AS subject_id,
           ended.event_sequence AS sequence, 'call.ended' AS type,
           NULL::uuid AS only_endpoint, NULL::uuid AS except_endpoint,
           json_build_object('type', 'call.ended', 'timestamp', {rfc3339_sql("now()")},
                             'sequence', ended.event_sequence,
                             'data', json_build_object('call', {call_json_sql("ended")},
                                 'recordings', {recordings_json_sql("ended.id")}))::text AS body
    FROM ended
"""  # noqa: S608


def _compose(where: str, locked: str = "") -> str:
    return f"""
        WITH {locked} ended AS ({END_CALLS.format(where=where, updated_at=UPDATED_AT)}),
             steps AS ({INSERT_STEPS}), events AS MATERIALIZED ({CALL_ENDED_EVENT}), {INSERT_DELIVERIES}
        SELECT {COLUMNS}, (SELECT count(*) FROM deliveries) FROM ended"""  # noqa: S608


END_ONE = _compose("WHERE c.id = %(id)s")
# Locked in the order of their ids, like everywhere several calls are locked: no deadlocks.
END_MANY = _compose(
    "FROM locked WHERE c.id = locked.id",
    """locked AS MATERIALIZED (
        SELECT id FROM calls_call WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL
        ORDER BY id FOR NO KEY UPDATE
    ),""",
)

# Calls that have ended, and whose terminate step was given up: their legs may run. Calls are locked before
# steps, like everywhere. Of concurrent requests one changes the step, and leaves its activity;
# one who repeats it leaves one.
TAKE_UP = f"""
    WITH given_up AS MATERIALIZED (
        SELECT s.id FROM calls_step s JOIN calls_call c ON c.id = s.call_id
        WHERE c.account_id = %(account)s AND (%(ids)s::uuid[] IS NULL OR c.id = ANY(%(ids)s::uuid[]))
          AND c.ended_at IS NOT NULL AND s.kind = 'terminate' AND s.state = 'failed'
        ORDER BY c.id FOR NO KEY UPDATE OF c
    ), taken_up AS (
        UPDATE calls_step s SET {TAKEN_UP.format(step="s")}
        FROM given_up WHERE s.id = given_up.id AND s.state = 'failed'
        RETURNING s.call_id, coalesce(s.given_up_since, s.created_at) AS since
    ), logged AS (
    INSERT INTO calls_activity (id, call_id, created_at, actor, verb, detail)
    SELECT gen_random_uuid(), call_id, now(), left(%(actor)s, 80), '{RERUN}', 'terminate, which was failed'
    FROM taken_up WHERE NOT EXISTS (
        SELECT 1 FROM calls_activity a WHERE a.call_id = taken_up.call_id AND a.created_at >= taken_up.since
        AND a.actor = left(%(actor)s, 80) AND a.verb = '{RERUN}')
    ) SELECT call_id FROM taken_up
"""  # noqa: S608 - composed of constants

# The last of the other steps to settle makes notify due; the call's lock makes sure that there is a last one.
RELEASE_NOTIFY = """
    UPDATE calls_step AS n SET due_at = now(), updated_at = now()
    WHERE n.call_id = ANY(%(calls)s::uuid[]) AND n.kind = 'notify' AND n.state = 'pending'
      AND n.due_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM calls_step o WHERE o.call_id = n.call_id AND o.kind <> 'notify'
                      AND o.state IN ('pending', 'running'))
"""

# Held until the end of the transaction.
LOCK_PROVIDER_CALL_ID = "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s::text, 0))"


def end_if_live(
    call_id: UUID, account_id: UUID, reason: str, code: str, actor: str, require_own_number: bool = False
) -> Call | None:
    """End a call and queue its post-processing; None if it was over, or is not the account's.

    Either way a terminate step that was given up is taken up again.
    `require_own_number`: only a call that runs over a phone number of the account.
    """
    end = {"reason": reason, "code": code, "actor": actor, "require_own_number": require_own_number}
    ended = _execute_end(END_ONE, {"id": call_id, "account": account_id, **end})
    if not ended:
        take_up_given_up(account_id, actor, [call_id])
    return ended[0] if ended else None


def end_if_live_many(
    call_ids: Sequence[UUID], account_id: UUID, reason: str, code: str, actor: str
) -> list[Call]:
    """End several calls; returns those that this statement ended. Otherwise as `end_if_live`."""
    end = {"reason": reason, "code": code, "actor": actor, "require_own_number": False}
    ended = _execute_end(END_MANY, {"ids": list(call_ids), "account": account_id, **end})
    if len(ended) < len(call_ids):
        take_up_given_up(account_id, actor, call_ids)
    return ended


def take_up_given_up(account_id: UUID, actor: str, call_ids: Iterable[UUID] | None = None) -> int:
    """Take up again, due now, the terminate steps of ended calls that were given up; how many there were.

    `call_ids`: of these calls (None: of all of the account).
    """
    ids = None if call_ids is None else list(call_ids)
    taken_up = execute_prepared(TAKE_UP, {"account": account_id, "actor": actor, "ids": ids}).rowcount
    if taken_up:
        ring(Step.queue)
    return taken_up


def end_as_requested(call: Call) -> None:
    """End a call whose end the provider confirmed, with the reason, code and actor of the request."""
    end_if_live(
        call.pk,
        call.account_id,
        call.disconnect_reason or DEFAULT_REASON,
        call.end_code or EndCode.ENDED_BY_API,
        call.ended_by,
    )
    call.refresh_from_db()


def _execute_end(statement: str, parameters: dict[str, Any]) -> list[Call]:
    common = {"time": uuid7(), "window": float(settings.TRANSCRIPT_WINDOW)}
    rows = execute_prepared(statement, common | parameters).fetchall()
    if rows:
        reach("ended")
        ring(Step.queue)
    if rows and rows[0][-1]:
        ring("webhooks")
    return [from_row(Call, row) for row in rows]


def release_notify(call_ids: Iterable[UUID]) -> None:
    """Make notify due for those of these calls whose other steps have all settled.

    The calls must be locked, so that of steps which settle concurrently one sees the others.
    """
    ids = list(call_ids)
    if ids and execute_prepared(RELEASE_NOTIFY, {"calls": ids}).rowcount:
        ring(Step.queue)


def bulk_write(calls: Iterable[Call], fields: Sequence[str]) -> None:
    """Write these fields of all calls in one statement, and set their updated_at here and there.

    bulk_update() would build a CASE expression per field with a branch per row.
    """
    rows: Collection[Call] = list(calls)
    if rows:
        columns = {name: [getattr(call, name) for call in rows] for name in ("pk", *fields)}
        updated = dict(execute_prepared(_update_statement(tuple(fields)), columns).fetchall())
        for call in rows:
            call.updated_at = updated.get(call.pk, call.updated_at)


@cache
def _update_statement(fields: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{name} = w.{name}" for name in fields)
    arrays = ", ".join(f"%({name})s::{_array_type(name)}[]" for name in fields)
    return f"""
        UPDATE calls_call AS c SET updated_at = {UPDATED_AT}, {assignments}
        FROM unnest(%(pk)s::uuid[], {arrays}) AS w(pk, {", ".join(fields)}) WHERE c.id = w.pk
        RETURNING c.id, c.updated_at
    """  # noqa: S608 - names of our own


def _array_type(name: str) -> str:
    """The column's type; text instead of varchar(n), to which a cast would truncate silently."""
    field = Call._meta.get_field(name)
    return "text" if isinstance(field, CharField) else str(field.db_type(connection))


def lock_provider_call_id(account_id: UUID, provider_call_id: str) -> None:
    """Serialise transactions that look up or create the account's call with this provider id.

    No unique constraint could do it: rows of several channels and providers may have the same id, and a row
    learns its id after it was created.
    """
    execute_prepared(LOCK_PROVIDER_CALL_ID, {"key": f"{account_id} {provider_call_id}"})
