"""What is known of a call's recordings: noted however often they are told of, told on once each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from calls.models.call import Call
from calls.models.recording import Recording
from calls.recordings.schedule import refresh_before_expiry
from calls.representation import represent_call
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.publish import EventMessage, publish_many
from providers.events import RecordingFile, is_http_url

# A link that is known gives way to a fresher one only: one that lives longer, or (if neither perishes)
# another. So a replay of what was said a week ago does not bring back a link that is dead by now.
UPSERT = """
INSERT INTO calls_recording AS r (id, call_id, provider_id, url, started_at, ended_at, duration, expires_at,
                                  ready_at, updated_at)
SELECT n.id, n.call, n.provider_id, n.url, n.started_at, n.ended_at, n.duration, n.expires_at, now(), now()
FROM unnest(%(ids)s::uuid[], %(calls)s::uuid[], %(provider_ids)s::text[], %(urls)s::text[],
            %(started)s::timestamptz[], %(ended)s::timestamptz[], %(durations)s::int[],
            %(expiries)s::timestamptz[])
     AS n(id, call, provider_id, url, started_at, ended_at, duration, expires_at)
ORDER BY n.call, n.provider_id
ON CONFLICT (call_id, provider_id) DO UPDATE
SET url = EXCLUDED.url, expires_at = EXCLUDED.expires_at, updated_at = now(),
    started_at = coalesce(r.started_at, EXCLUDED.started_at),
    ended_at = coalesce(r.ended_at, EXCLUDED.ended_at), duration = coalesce(r.duration, EXCLUDED.duration)
WHERE r.url <> EXCLUDED.url AND (EXCLUDED.expires_at > r.expires_at
                                 OR (r.expires_at IS NULL AND EXCLUDED.expires_at IS NULL))
RETURNING r.id
"""

# The newest recording is the one that the call shows: by when it ended, not by when we heard of it.
SET_LATEST = """
UPDATE calls_call c
SET recording_url = r.url, recording_ready_at = r.ready_at, recording_expires_at = r.expires_at,
    updated_at = now()
FROM (SELECT DISTINCT ON (call_id) * FROM calls_recording WHERE call_id = ANY(%(calls)s::uuid[])
      ORDER BY call_id, coalesce(ended_at, started_at, ready_at) DESC, ready_at DESC, id DESC) r
WHERE c.id = r.call_id
  AND (c.recording_url, c.recording_ready_at, c.recording_expires_at)
      IS DISTINCT FROM (r.url, r.ready_at, r.expires_at)
"""

COUNT_EVENTS = """
UPDATE calls_call c SET event_sequence = c.event_sequence + told.n
FROM (SELECT call, count(*)::int AS n FROM unnest(%(calls)s::uuid[]) AS t(call) GROUP BY call) told
WHERE c.id = told.call
"""


def upsert(call: Call, file: RecordingFile) -> None:
    """Write down a recording that is ready; `call` is not refreshed."""
    upsert_many([(call.pk, file)])


def upsert_many(files: Sequence[tuple[UUID, RecordingFile]]) -> None:
    """The same for several, in a fixed number of statements; calls by their ids.

    A recording that is known gets the fresher of both links, and is looked at again before that perishes.
    One that is new is published as `call.recording_ready`. What is no web address is not noted: people
    follow these links. In a transaction of its own, or the caller's.
    """
    links = [pair for pair in files if is_http_url(pair[1].url)]
    kept = {(call_id, file.id[:300]): file for call_id, file in sorted(links, key=_expires)}
    if not kept:
        return
    with transaction.atomic():
        Call.lock(call_id for call_id, _ in kept)
        columns = _columns(kept)
        written = {row[0] for row in execute_prepared(UPSERT, columns).fetchall()}
        if written:
            execute_prepared(SET_LATEST, {"calls": columns["calls"]})
            refresh_before_expiry(columns["calls"])
            _publish([id for id in columns["ids"] if id in written])


def _expires(pair: tuple[UUID, RecordingFile]) -> float:
    expires_at = pair[1].expires_at
    return expires_at.timestamp() if expires_at else 0.0


def _columns(kept: dict[tuple[UUID, str], RecordingFile]) -> dict[str, list[Any]]:
    files = kept.values()
    return {
        "ids": [uuid7() for _ in kept],
        "calls": [call_id for call_id, _ in kept],
        "provider_ids": [provider_id for _, provider_id in kept],
        "urls": [file.url for file in files],
        "started": [file.started_at for file in files],
        "ended": [file.ended_at for file in files],
        "durations": [file.duration for file in files],
        "expiries": [file.expires_at for file in files],
    }


def _publish(fresh: list[UUID]) -> None:
    """News of the recordings that are on record under the id we gave them: those that were not known."""
    recordings = list(Recording.objects.filter(pk__in=fresh).order_by("pk"))
    if not recordings:
        return
    calls = Call.objects.in_bulk({recording.call_id for recording in recordings})
    news = [_event(calls[recording.call_id], recording) for recording in recordings]
    execute_prepared(COUNT_EVENTS, {"calls": [recording.call_id for recording in recordings]})
    publish_many(news)


def _event(call: Call, recording: Recording) -> EventMessage:
    call.event_sequence += 1
    data = {"call": represent_call(call), "recording": describe_recording(recording)}
    return EventMessage(call.account_id, call.pk, call.event_sequence, "call.recording_ready", data)


def describe_recording(recording: Recording) -> dict[str, Any]:
    """A recording as JSON. Its `url` is dead after `expires_at`, where that is not null."""
    return {
        "id": recording.provider_id,
        "url": recording.url,
        "started_at": recording.started_at,
        "ended_at": recording.ended_at,
        "duration": recording.duration,
        "ready_at": recording.ready_at,
        "expires_at": recording.expires_at,
    }
