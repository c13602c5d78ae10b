"""The one statement that ends calls: the compare-and-set, the Steps that follow, the Event, its Deliveries.

It stands apart from calls/lifecycle/end.py because a Step that had to wait for the provider's word ends its
call with it too (surface A). One statement costs one round trip and is its own transaction, so that
nothing is ever half ended (docs/performance.md has what that is worth).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.models.step import Step
from calls.representation import call_json_sql, rfc3339_sql
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import columns_of, from_row
from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.failpoints import reach
from liveplatform.webhooks.sql import INSERT_DELIVERIES
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

COLUMNS = columns_of(Call, "ended")

# The time on the row is the database's; so is the question who was first.
END_CALLS = """
    UPDATE calls_call AS c
    SET status = 'ended', ended_at = now(), updated_at = now(), event_sequence = event_sequence + 1,
        disconnect_reason = %(reason)s, end_code = %(code)s, ended_by = %(actor)s,
        duration = coalesce(duration, greatest(0, extract(epoch FROM now() - started_at))::int)
    {these} AND c.account_id = %(account)s AND c.ended_at IS NULL
      AND (NOT %(require_own_number)s OR EXISTS (
            SELECT 1 FROM calls_phonenumber n WHERE n.account_id = c.account_id
            AND n.number IN (c.from_number, c.to_number)))
    RETURNING c.*, EXISTS (SELECT 1 FROM calls_transcript t WHERE t.call_id = c.id) AS has_transcript
"""

# A call that surface A ends has its terminate step already. Notify has no due time: the last of the
# others to settle sets it.
INSERT_STEPS = f"""
    INSERT INTO calls_step (id, call_id, kind, concurrency_key, state, due_at, max_attempts, error, settled_at)
    SELECT {sql_uuid7("%(time)s::uuid", "s.n")}, ended.id, s.kind, coalesce(s.concurrency_key, '{NO_KEY}'),
           CASE WHEN s.skip = '' THEN 'pending' ELSE 'skipped' END, now() + make_interval(secs => s.delay),
           s.max_attempts, s.skip, CASE WHEN s.skip <> '' THEN now() END
    FROM ended CROSS JOIN LATERAL (VALUES
        (1, 'terminate', ended.connection_id, 0.0, {Step.MAX_ATTEMPTS["terminate"]},
         CASE WHEN ended.provider_call_id <> ''
                   OR ended.provider_status IN ('{DIALLING}', '{SUBMISSION_UNKNOWN}')
              THEN '' ELSE 'Nothing runs at a provider.' END),
        (2, 'clean_up', ended.room_connection_id, 0.0, {Step.MAX_ATTEMPTS["clean_up"]},
         CASE WHEN ended.room_id <> '' THEN '' ELSE 'No room was made for this call.' END),
        (3, 'analyse', NULL, CASE WHEN ended.has_transcript THEN 0.0 ELSE %(window)s END,
         {Step.MAX_ATTEMPTS["analyse"]}, ''),
        (4, 'notify', NULL, NULL, {Step.MAX_ATTEMPTS["notify"]}, '')
    ) AS s(n, kind, concurrency_key, delay, max_attempts, skip)
    ON CONFLICT (call_id, kind) DO NOTHING
"""  # noqa: S608 - composed of constants

CALL_ENDED_EVENT = f"""
    SELECT {sql_uuid7("%(time)s::uuid")} AS id, ended.account_id, ended.id AS subject_id,
           ended.event_sequence AS sequence, 'call.ended' AS type,
           NULL::uuid AS only_endpoint, NULL::uuid AS except_endpoint,
           json_build_object('type', 'call.ended', 'timestamp', {rfc3339_sql("now()")},
                             'sequence', ended.event_sequence,
                             'data', json_build_object('call', {call_json_sql("ended")}))::text AS body
    FROM ended
"""  # noqa: S608


def _compose(these: str, chosen: str = "") -> str:
    return f"""
        WITH {chosen} ended AS ({END_CALLS.format(these=these)}), steps AS ({INSERT_STEPS}),
             events AS MATERIALIZED ({CALL_ENDED_EVENT}), {INSERT_DELIVERIES}
        SELECT {COLUMNS}, (SELECT count(*) FROM deliveries) FROM ended"""  # noqa: S608


END_ONE = _compose("WHERE c.id = %(id)s")
# Locked in the order of their ids, as by everything that locks several calls: no circles of waiting.
END_MANY = _compose(
    "FROM chosen WHERE c.id = chosen.id",
    """chosen AS MATERIALIZED (
        SELECT id FROM calls_call WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL ORDER BY id FOR UPDATE
    ),""",
)


def end_if_live(
    call_id: UUID, account_id: UUID, reason: str, code: str, actor: str, require_own_number: bool = False
) -> Call | None:
    """End a call and write down what follows; None if it was over, or is none of this account's.

    `require_own_number`: only a call that runs over a phone number of the account.
    """
    words = {"reason": reason, "code": code, "actor": actor, "require_own_number": require_own_number}
    won = _execute_end(END_ONE, {"id": call_id, "account": account_id, **words})
    return won[0] if won else None


def end_if_live_many(
    call_ids: Sequence[UUID], account_id: UUID, reason: str, code: str, actor: str
) -> list[Call]:
    """End several calls at once; those that it was this very statement that ended."""
    words = {"reason": reason, "code": code, "actor": actor, "require_own_number": False}
    return _execute_end(END_MANY, {"ids": list(call_ids), "account": account_id, **words})


def end_as_requested(call: Call) -> None:
    """The provider agreed to a wish that was on record: end the row with the wish's own words."""
    end_if_live(
        call.pk,
        call.account_id,
        call.disconnect_reason or DEFAULT_REASON,
        call.end_code or EndCode.ENDED_BY_API,
        call.ended_by,
    )
    call.refresh_from_db()


def _execute_end(statement: str, parameters: dict[str, Any]) -> list[Call]:
    given = {"time": uuid7(), "window": float(settings.TRANSCRIPT_WINDOW)} | parameters
    rows = execute_prepared(statement, given).fetchall()
    if rows:
        reach("ended")
        ring("steps")
    if rows and rows[0][-1]:
        ring("webhooks")
    return [from_row(Call, row) for row in rows]
