"""Putting a watch on a call, making it look sooner, and limiting how long the call may last."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from calls.watching.planned import BEGUN, OPENS, OWN_TIME
from liveplatform.prepared import execute
from liveplatform.work.bell import ring
from liveplatform.work.models import NO_LANE, sql_uuid7, uuid7

# A call whose making was not answered is looked for once its answer can no longer come (s).
UNANSWERED_AFTER = 10.0

# When the call of a row `c` must be looked at at the latest; `least` and `greatest` leave NULLs out.
LIMIT = f"{BEGUN} + make_interval(secs => c.time_limit)"
LEFT = f"CASE WHEN c.empty_since IS NOT NULL THEN greatest(c.empty_since, {OWN_TIME}) END"
DEADLINE = f"least({LIMIT}, {LEFT} + make_interval(secs => %(grace)s), {OPENS})"

FIRST_LOOK = f"""
least({DEADLINE},
      CASE WHEN c.provider_call_id = '' AND c.provider_status IN ('{DIALLING}', '{SUBMISSION_UNKNOWN}')
           THEN c.created_at + make_interval(secs => {UNANSWERED_AFTER})
           WHEN c.status = 'scheduled'
           THEN greatest(c.created_at, c.scheduled_at) + make_interval(secs => %(stale)s)
           ELSE greatest(c.created_at, c.started_at) + make_interval(secs => %(stale)s) END)
"""

# The connection gets its round with the first call that runs over it.
START = f"""
WITH begun AS (SELECT * FROM calls_call c WHERE c.id = ANY(%(ids)s::uuid[])), round AS (
    INSERT INTO calls_reconciliation (id, connection_id, lane, state, due_at, max_attempts, error, attempts,
                                      claim, result, log, created_at, updated_at)
    SELECT DISTINCT ON (connection_id) {sql_uuid7("%(time)s::uuid")}, connection_id, connection_id, 'pending',
           now() + make_interval(secs => %(every)s), 10, '', 0, 0, '{{}}', '[]', now(), now()
    FROM begun WHERE connection_id IS NOT NULL
    ON CONFLICT (connection_id) DO NOTHING
)
INSERT INTO calls_watch (id, call_id, lane, state, due_at, max_attempts, error, attempts, claim, result, log,
                         created_at, updated_at)
SELECT {sql_uuid7("%(time)s::uuid")}, c.id, coalesce(c.connection_id, '{NO_LANE}'), 'pending', {FIRST_LOOK},
       10, '', 0, 0, '{{}}', '[]', now(), now()
FROM begun c WHERE c.ended_at IS NULL
ON CONFLICT (call_id) DO NOTHING
"""  # noqa: S608 - composed of constants

# A watch that is looking at this moment sees to deadlines itself when it has looked (looking.settled).
HURRY = """
UPDATE calls_watch SET due_at = least(due_at, coalesce(%(at)s::timestamptz, now())), updated_at = now()
WHERE call_id = ANY(%(ids)s::uuid[]) AND state = 'pending'
"""

# Limits and graces that came about meanwhile.
HEED = f"""
UPDATE calls_watch w SET due_at = least(w.due_at, {DEADLINE}), updated_at = now()
FROM calls_call c WHERE c.id = w.call_id AND w.call_id = ANY(%(ids)s::uuid[]) AND w.state = 'pending'
"""  # noqa: S608

ANEW = f"""
UPDATE calls_watch w SET due_at = {FIRST_LOOK}, updated_at = now()
FROM calls_call c WHERE c.id = w.call_id AND c.id = %(call)s AND w.state = 'pending'
"""  # noqa: S608


def watch(*calls: Call) -> None:
    """Put a watch on calls that were just written, in the same transaction."""
    ids, every = [call.pk for call in calls], float(settings.RECONCILE_EVERY)
    execute(START, {"ids": ids, "time": uuid7(), "every": every, **_paces()})


def hurry(call_ids: Iterable[UUID], at: datetime | None = None) -> None:
    """Have calls looked at now, or at that time if it comes before their turn."""
    ids = list(call_ids)
    if ids and execute(HURRY, {"ids": ids, "at": at}).rowcount and at is None:
        ring("watches")


def heed(call_ids: Iterable[UUID]) -> None:
    """Limits or graces of these calls have changed: no look comes later than they say."""
    ids = list(call_ids)
    if ids:
        execute(HEED, {"ids": ids, "grace": float(settings.EMPTY_GRACE)})


def look_anew(call: Call) -> None:
    """The call's facts have changed: its next look is when they say so."""
    execute(ANEW, {"call": call.pk, **_paces()})


def limit_call(call: Call, seconds: int | None) -> None:
    """Let a call last so many seconds from its start (None: for ever); past its limit it ends at once."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(time_limit=seconds)
        call.time_limit = seconds
        hurry([call.pk])


def _paces() -> dict[str, float]:
    return {"grace": float(settings.EMPTY_GRACE), "stale": float(settings.STALE_AFTER)}
