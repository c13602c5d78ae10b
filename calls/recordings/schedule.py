"""When a call's provider is to be asked for recordings: now, or before the links on record perish."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

# A link is renewed a day before it dies, or when three quarters of its life are over; and not for ever.
REFRESH_PERIOD = timedelta(days=30)
RENEW_AT = """
(SELECT min(at) FROM (
    SELECT r.expires_at - least(interval '1 day', (r.expires_at - r.updated_at) / 4) AS at
    FROM calls_recording r WHERE r.call_id = c.id AND r.ready_at > now() - %(renewed)s::interval
 ) links WHERE at > now())
"""

# Of phone calls the provider tells by callbacks, to whoever had them recorded.
ROOM_OF_UNKNOWN = """
c.channel = 'video' AND c.provider_call_id <> '' AND c.started_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM calls_recording r WHERE r.call_id = c.id)
"""

# A check that is under way sees to the next one itself.
SCHEDULE = f"""
INSERT INTO calls_recordingsync AS k (id, call_id, concurrency_key, due_at)
SELECT {sql_uuid7("%(time)s::uuid")}, c.id, coalesce(c.connection_id, '{NO_KEY}'), due.at
FROM calls_call c CROSS JOIN LATERAL (SELECT CASE WHEN %(now)s THEN now() ELSE {RENEW_AT} END AS at) due
WHERE c.id = ANY(%(ids)s::uuid[]) AND due.at IS NOT NULL AND (NOT %(rooms)s OR {ROOM_OF_UNKNOWN})
ON CONFLICT (call_id) DO UPDATE
SET state = 'pending', due_at = EXCLUDED.due_at, settled_at = NULL, error = '', attempts = 0,
    updated_at = now(), result = CASE WHEN %(now)s THEN '{{}}' ELSE k.result END
WHERE k.state <> 'running'
"""  # noqa: S608 - composed of constants


def sync_now(call_ids: Iterable[UUID]) -> None:
    """Look now, and some times more if there is none; in the caller's transaction or its own."""
    _schedule(call_ids, now=True)


def sync_rooms(call_ids: Iterable[UUID]) -> None:
    """The same for those that are video calls nobody told a recording of."""
    _schedule(call_ids, now=True, rooms=True)


def refresh_before_expiry(call_ids: Iterable[UUID]) -> None:
    """Look again before the links on record perish; nothing for those that do not."""
    _schedule(call_ids, now=False)


def _schedule(call_ids: Iterable[UUID], *, now: bool, rooms: bool = False) -> None:
    ids = sorted(set(call_ids))
    given = {"ids": ids, "time": uuid7(), "now": now, "rooms": rooms, "renewed": REFRESH_PERIOD}
    if ids and execute_prepared(SCHEDULE, given).rowcount and now:
        ring("recording_syncs")
