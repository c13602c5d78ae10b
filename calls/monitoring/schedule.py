"""Putting a watch on a call, making it look sooner, and limiting how long the call may last."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from calls.monitoring.deadlines import BEGUN, OPENS, OWN_TIME
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

# A call whose making was not answered is looked for once its answer can no longer come (s).
SUBMISSION_TIMEOUT = 10.0

# When the call of a row `c` must be looked at at the latest; `least` and `greatest` leave NULLs out.
LIMIT = f"{BEGUN} + make_interval(secs => c.time_limit)"
LEFT = f"CASE WHEN c.empty_since IS NOT NULL THEN greatest(c.empty_since, {OWN_TIME}) END"
DEADLINE = f"least({LIMIT}, {LEFT} + make_interval(secs => %(grace)s), {OPENS})"

FIRST_CHECK = f"""
least({DEADLINE},
      CASE WHEN c.provider_call_id = '' AND c.provider_status IN ('{DIALLING}', '{SUBMISSION_UNKNOWN}')
           THEN c.created_at + make_interval(secs => {SUBMISSION_TIMEOUT})
           WHEN c.status = 'scheduled'
           THEN greatest(c.created_at, c.scheduled_at) + make_interval(secs => %(stale)s)
           ELSE greatest(c.created_at, c.started_at) + make_interval(secs => %(stale)s) END)
"""

# The connection gets its round with the first call that runs over it.
START_MONITORS = f"""
WITH begun AS (SELECT * FROM calls_call c WHERE c.id = ANY(%(ids)s::uuid[])), round AS (
    INSERT INTO calls_reconciliation (id, connection_id, concurrency_key, due_at)
    SELECT DISTINCT ON (connection_id) {sql_uuid7("%(time)s::uuid")}, connection_id, connection_id,
           now() + make_interval(secs => %(every)s)
    FROM begun WHERE connection_id IS NOT NULL
    ON CONFLICT (connection_id) DO NOTHING
)
INSERT INTO calls_callmonitor (id, call_id, concurrency_key, due_at)
SELECT {sql_uuid7("%(time)s::uuid")}, c.id, coalesce(c.connection_id, '{NO_KEY}'), {FIRST_CHECK}
FROM begun c WHERE c.ended_at IS NULL
ON CONFLICT (call_id) DO NOTHING
"""  # noqa: S608 - composed of constants

# A watch that is looking at this moment sees to deadlines itself when it has looked (looking.settled).
CHECK_NOW = """
UPDATE calls_callmonitor SET due_at = least(due_at, coalesce(%(at)s::timestamptz, now())), updated_at = now()
WHERE call_id = ANY(%(ids)s::uuid[]) AND state = 'pending'
"""

# Limits and graces that came about meanwhile.
PULL_FORWARD = f"""
UPDATE calls_callmonitor w SET due_at = least(w.due_at, {DEADLINE}), updated_at = now()
FROM calls_call c WHERE c.id = w.call_id AND w.call_id = ANY(%(ids)s::uuid[]) AND w.state = 'pending'
"""  # noqa: S608

RESCHEDULE = f"""
UPDATE calls_callmonitor w SET due_at = {FIRST_CHECK}, updated_at = now()
FROM calls_call c WHERE c.id = w.call_id AND c.id = %(call)s AND w.state = 'pending'
"""  # noqa: S608


def start_monitor(*calls: Call) -> None:
    """Put a watch on calls that were just written, in the same transaction."""
    ids, every = [call.pk for call in calls], float(settings.RECONCILE_INTERVAL)
    execute_prepared(START_MONITORS, {"ids": ids, "time": uuid7(), "every": every, **_intervals()})


def check_now(call_ids: Iterable[UUID], at: datetime | None = None) -> None:
    """Have calls looked at now, or at that time if it comes before their turn."""
    ids = list(call_ids)
    if ids and execute_prepared(CHECK_NOW, {"ids": ids, "at": at}).rowcount and at is None:
        ring("call_monitors")


def pull_forward(call_ids: Iterable[UUID]) -> None:
    """Limits or graces of these calls have changed: no look comes later than they say."""
    ids = list(call_ids)
    if ids:
        execute_prepared(PULL_FORWARD, {"ids": ids, "grace": float(settings.EMPTY_ROOM_GRACE)})


def reschedule(call: Call) -> None:
    """The call's facts have changed: its next look is when they say so."""
    execute_prepared(RESCHEDULE, {"call": call.pk, **_intervals()})


def set_time_limit(call: Call, seconds: int | None) -> None:
    """Let a call last so many seconds from its start (None: for ever); past its limit it ends at once."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(time_limit=seconds)
        call.time_limit = seconds
        check_now([call.pk])


def _intervals() -> dict[str, float]:
    return {"grace": float(settings.EMPTY_ROOM_GRACE), "stale": float(settings.CALL_STALE_AFTER)}
