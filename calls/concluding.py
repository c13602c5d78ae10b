"""The one statement that ends calls: the compare-and-set, the Steps that follow, the Event, its Deliveries.

It stands apart from calls/end.py because a Step that had to wait for the provider's word ends its
call with it too (surface A). One statement costs one round trip and is its own transaction, so that
nothing is ever half ended (docs/performance.md has what that is worth).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from calls.description import sql_picture, sql_time
from calls.end_codes import DEFAULT_REASON, EndCode
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from liveplatform.failpoints import reach
from liveplatform.prepared import execute
from liveplatform.rows import columns_of, read
from liveplatform.webhooks.publish import TELL
from liveplatform.work.bell import ring
from liveplatform.work.models import NO_LANE, sql_uuid7, uuid7

# A leg that is not hung up keeps billing: terminate is tried for hours before a person must look.
MAX_ATTEMPTS = {"terminate": 40, "clean_up": 12, "analyse": 6, "notify": 6}

COLUMNS = columns_of(Call, "ended")

# The time on the row is the database's; so is the question who was first.
ENDED = """
    UPDATE calls_call AS c
    SET status = 'ended', ended_at = now(), updated_at = now(), event_sequence = event_sequence + 1,
        disconnect_reason = %(reason)s, end_code = %(code)s, ended_by = %(by)s,
        duration = coalesce(duration, greatest(0, extract(epoch FROM now() - started_at))::int)
    {these} AND c.account_id = %(account)s AND c.ended_at IS NULL
      AND (NOT %(by_number)s OR EXISTS (
            SELECT 1 FROM calls_phonenumber n WHERE n.account_id = c.account_id
            AND n.number IN (c.from_number, c.to_number)))
    RETURNING c.*, EXISTS (SELECT 1 FROM calls_transcript t WHERE t.call_id = c.id) AS has_transcript
"""

# A call that surface A ends has its terminate step already. Notify has no due time: the last of the
# others to settle sets it.
STEPS = f"""
    INSERT INTO calls_step (id, call_id, kind, lane, state, due_at, max_attempts, error, settled_at,
                            attempts, claim, result, log, created_at, updated_at)
    SELECT {sql_uuid7("%(time)s::uuid", "s.n")}, ended.id, s.kind, coalesce(s.lane, '{NO_LANE}'),
           CASE WHEN s.skip = '' THEN 'pending' ELSE 'skipped' END, now() + make_interval(secs => s.delay),
           s.max_attempts, s.skip, CASE WHEN s.skip <> '' THEN now() END, 0, 0, '{{}}', '[]', now(), now()
    FROM ended CROSS JOIN LATERAL (VALUES
        (1, 'terminate', ended.connection_id, 0.0, {MAX_ATTEMPTS["terminate"]},
         CASE WHEN ended.provider_call_id <> ''
                   OR ended.provider_status IN ('{DIALLING}', '{SUBMISSION_UNKNOWN}')
              THEN '' ELSE 'Nothing runs at a provider.' END),
        (2, 'clean_up', ended.room_connection_id, 0.0, {MAX_ATTEMPTS["clean_up"]},
         CASE WHEN ended.room_id <> '' THEN '' ELSE 'No room was made for this call.' END),
        (3, 'analyse', NULL, CASE WHEN ended.has_transcript THEN 0.0 ELSE %(window)s END,
         {MAX_ATTEMPTS["analyse"]}, ''),
        (4, 'notify', NULL, NULL, {MAX_ATTEMPTS["notify"]}, '')
    ) AS s(n, kind, lane, delay, max_attempts, skip)
    ON CONFLICT (call_id, kind) DO NOTHING
"""  # noqa: S608 - composed of constants

NEWS = f"""
    SELECT {sql_uuid7("%(time)s::uuid")} AS id, ended.account_id, ended.id AS subject,
           ended.event_sequence AS sequence, 'call.ended' AS type,
           NULL::uuid AS only_to, NULL::uuid AS not_to,
           json_build_object('type', 'call.ended', 'timestamp', {sql_time("now()")},
                             'sequence', ended.event_sequence,
                             'data', json_build_object('call', {sql_picture("ended")}))::text AS body
    FROM ended
"""  # noqa: S608


def _statement(these: str, chosen: str = "") -> str:
    return f"""
        WITH {chosen} ended AS ({ENDED.format(these=these)}), steps AS ({STEPS}),
             news AS MATERIALIZED ({NEWS}), {TELL}
        SELECT {COLUMNS}, (SELECT count(*) FROM told) FROM ended"""  # noqa: S608


END_ONE = _statement("WHERE c.id = %(id)s")
# Locked in the order of their ids, as by everything that locks several calls: no circles of waiting.
END_MANY = _statement(
    "FROM chosen WHERE c.id = chosen.id",
    """chosen AS MATERIALIZED (
        SELECT id FROM calls_call WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL ORDER BY id FOR UPDATE
    ),""",
)


def compare_and_set(
    call_id: UUID, account_id: UUID, reason: str, code: str, by: str, by_number: bool = False
) -> Call | None:
    """End a call and write down what follows; None if it was over, or is none of this account's.

    `by_number`: only a call that runs over a phone number of the account.
    """
    words = {"reason": reason, "code": code, "by": by, "by_number": by_number}
    won = _ended(END_ONE, {"id": call_id, "account": account_id, **words})
    return won[0] if won else None


def compare_and_set_many(
    call_ids: Sequence[UUID], account_id: UUID, reason: str, code: str, by: str
) -> list[Call]:
    """End several calls at once; those that it was this very statement that ended."""
    words = {"reason": reason, "code": code, "by": by, "by_number": False}
    return _ended(END_MANY, {"ids": list(call_ids), "account": account_id, **words})


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


def _ended(statement: str, parameters: dict[str, Any]) -> list[Call]:
    given = {"time": uuid7(), "window": float(settings.TRANSCRIPT_WINDOW)} | parameters
    rows = execute(statement, given).fetchall()
    if rows:
        reach("ended")
        ring("steps")
    if rows and rows[0][-1]:
        ring("webhooks")
    return [read(Call, row) for row in rows]
