"""Raw SQL about attendance: a batch of stays, of any number of calls, in three statements.

Everything is written so that the order of the events, and their repetition, make no difference: the earliest
joining and the latest leaving of a stay count.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from liveplatform.db.prepared import execute_prepared

# Of several names of one participant the last one in the order of code points is kept, whichever came first.
UPSERT_PARTICIPANTS = """
    INSERT INTO calls_participant AS p (id, call_id, identity, name, role)
    SELECT * FROM unnest(%(id)s::uuid[], %(call_id)s::uuid[], %(identity)s::text[], %(name)s::text[],
                         %(role)s::text[])
    ON CONFLICT (call_id, identity) DO UPDATE
    SET name = greatest(p.name COLLATE "C", excluded.name), role = greatest(p.role COLLATE "C", excluded.role)
    RETURNING p.call_id, p.identity, p.id
"""

UPSERT_STAYS = """
    INSERT INTO calls_stay AS s (id, participant_id, provider_id, joined_at, left_at)
    SELECT * FROM unnest(%(id)s::uuid[], %(participant_id)s::uuid[], %(provider_id)s::text[],
                         %(joined_at)s::timestamptz[], %(left_at)s::timestamptz[])
    ON CONFLICT (participant_id, provider_id) DO UPDATE
    SET joined_at = least(s.joined_at, excluded.joined_at), left_at = greatest(s.left_at, excluded.left_at)
"""

# What the column holds; providers' clocks may be wrong by years.
MAX_SECONDS = 2**31 - 1

# An open stay lasts until the call has ended. Stays that overlap (two devices) count once. A stay of which
# only the leaving is known has no length.
TIMES = """
    SELECT id, first_joined_at, last_left_at,
           (SELECT least(coalesce(round(sum(extract(epoch FROM upper(span) - lower(span)))), 0), {max})::int
            FROM unnest(spans) AS span) AS seconds
    FROM (
        SELECT p.id, min(s.joined_at) AS first_joined_at,
               CASE WHEN c.ended_at IS NOT NULL OR bool_and(s.left_at IS NOT NULL)
                    THEN max(greatest(s.joined_at, coalesce(s.left_at, c.ended_at))) END AS last_left_at,
               range_agg(tstzrange(s.joined_at, greatest(s.joined_at, coalesce(s.left_at, c.ended_at))))
                   FILTER (WHERE s.joined_at IS NOT NULL) AS spans
        FROM calls_participant p JOIN calls_call c ON c.id = p.call_id
             JOIN calls_stay s ON s.participant_id = p.id
        WHERE {which}
        GROUP BY p.id, c.ended_at
    ) AS grouped
"""
ADD_UP = """
    UPDATE calls_participant AS p
    SET first_joined_at = t.first_joined_at, last_left_at = t.last_left_at, seconds = t.seconds
    FROM ({times}) AS t
    WHERE p.id = t.id AND (p.first_joined_at, p.last_left_at, p.seconds)
                          IS DISTINCT FROM (t.first_joined_at, t.last_left_at, t.seconds)
"""
THESE = TIMES.format(max=MAX_SECONDS, which="p.id = ANY(%(ids)s::uuid[])")
OPEN_IN = TIMES.format(max=MAX_SECONDS, which="p.call_id = ANY(%(calls)s::uuid[]) AND p.last_left_at IS NULL")
ADD_UP_THESE = ADD_UP.format(times=THESE)
CLOSE = ADD_UP.format(times=OPEN_IN)


def upsert_participants(columns: dict[str, list[Any]]) -> dict[tuple[UUID, str], UUID]:
    """Insert or complete participants; their ids by call and identity. The calls must be locked."""
    rows = execute_prepared(UPSERT_PARTICIPANTS, columns).fetchall()
    return {(call_id, identity): id for call_id, identity, id in rows}


def upsert_stays(columns: dict[str, list[Any]]) -> None:
    """Insert or complete stays."""
    execute_prepared(UPSERT_STAYS, columns)


def add_up(participant_ids: Sequence[UUID]) -> None:
    """Set the times of these participants from their stays."""
    execute_prepared(ADD_UP_THESE, {"ids": list(participant_ids)})


def times(participant_ids: Sequence[UUID]) -> dict[UUID, tuple[datetime | None, datetime | None, int]]:
    """The same without writing: first_joined_at, last_left_at and seconds by the participant's id."""
    rows = execute_prepared(THESE, {"ids": list(participant_ids)}).fetchall()
    return {id: (first, last, seconds) for id, first, last, seconds in rows}


def close(call_ids: Sequence[UUID]) -> None:
    """The same for all participants of these calls who are recorded as being in the room."""
    execute_prepared(CLOSE, {"calls": list(call_ids)})
