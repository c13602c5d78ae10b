"""Stores recordings, once each; the newest one's link is shown on its call."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.recording import Recording
from calls.publish import CallEvent, number_event, publish_events
from calls.recordings.schedule import refresh_before_expiry
from calls.representation import RecordingSerializer
from calls.sql import bulk_write
from providers.events import RecordingFile, is_http_url

MAX_PROVIDER_ID_LENGTH = 300

SHOWN = ("recording_url", "recording_ready_at", "recording_expires_at")

RecordingKey = tuple[UUID, str]  # the call and the provider's id of the recording


def upsert(call: Call, file: RecordingFile) -> None:
    """Store a recording that is ready; `call` is not refreshed."""
    upsert_many([(call.pk, file)])


def upsert_many(files: Sequence[tuple[UUID, RecordingFile]]) -> None:
    """Store recordings of calls (by id), in a fixed number of statements.

    A known recording keeps whichever link is valid longer, and is synced again before that expires. A new
    one is published as call.recording_ready. A file without an http(s) address is left out, since people
    follow these links. In a transaction of its own, or the caller's.
    """
    links = [pair for pair in files if is_http_url(pair[1].url)]
    by_key = {
        (call_id, file.id[:MAX_PROVIDER_ID_LENGTH]): file for call_id, file in sorted(links, key=_expires)
    }
    if not by_key:
        return
    with transaction.atomic():
        call_ids = {call_id for call_id, _ in by_key}
        Call.lock(call_ids)
        known = {(row.call_id, row.provider_id): row for row in Recording.objects.filter(call__in=call_ids)}
        new, changed = _new(by_key, known), _changed(by_key, known)
        if new or changed:
            _save(new, changed)
            calls = Call.objects.in_bulk(call_ids)
            _show(calls, [*known.values(), *new], new)
            refresh_before_expiry(calls.values())


def _expires(pair: tuple[UUID, RecordingFile]) -> float:
    expires_at = pair[1].expires_at
    return expires_at.timestamp() if expires_at else 0.0


def _new(
    files: Mapping[RecordingKey, RecordingFile], known: Mapping[RecordingKey, Recording]
) -> list[Recording]:
    return [
        Recording(
            call_id=call_id,
            provider_id=provider_id,
            url=file.url,
            started_at=file.started_at,
            ended_at=file.ended_at,
            duration=file.duration,
            expires_at=file.expires_at,
        )
        for (call_id, provider_id), file in files.items()
        if (call_id, provider_id) not in known
    ]


def _changed(
    files: Mapping[RecordingKey, RecordingFile], known: Mapping[RecordingKey, Recording]
) -> list[Recording]:
    """Known recordings that get another link, and what was missing of their times."""
    changed = [known[key] for key, file in files.items() if key in known and _is_fresher(file, known[key])]
    for recording in changed:
        file = files[recording.call_id, recording.provider_id]
        recording.url, recording.expires_at = file.url, file.expires_at
        recording.started_at = recording.started_at or file.started_at
        recording.ended_at = recording.ended_at or file.ended_at
        recording.duration = file.duration if recording.duration is None else recording.duration
        recording.updated_at = Now()
    return changed


def _is_fresher(file: RecordingFile, recording: Recording) -> bool:
    """A link gives way to one that is valid longer, or (if neither expires) to any other.

    So an old event that is delivered again does not bring back a link that has expired.
    """
    if file.url == recording.url:
        return False
    if file.expires_at is None or recording.expires_at is None:
        return file.expires_at == recording.expires_at
    return file.expires_at > recording.expires_at


def _save(new: Sequence[Recording], changed: Sequence[Recording]) -> None:
    Recording.objects.bulk_create(new)
    fields = ["url", "expires_at", "started_at", "ended_at", "duration", "updated_at"]
    Recording.objects.bulk_update(changed, fields)


def _show(calls: Mapping[UUID, Call], recordings: Iterable[Recording], new: Sequence[Recording]) -> None:
    """Put the link of each call's newest recording on the call, and publish the new recordings."""
    newest: dict[UUID, Recording] = {}
    for recording in sorted(recordings, key=_recency):
        newest[recording.call_id] = recording
    for call in calls.values():
        latest = newest[call.pk]
        call.recording_url, call.recording_ready_at = latest.url, latest.ready_at
        call.recording_expires_at = latest.expires_at
    events = [_event(calls[recording.call_id], recording) for recording in new]
    bulk_write(calls.values(), (*SHOWN, "event_sequence"))
    publish_events(events)


def _recency(recording: Recording) -> tuple[Any, ...]:
    """Recordings sort by their end, not by when they were reported."""
    at = recording.ended_at or recording.started_at or recording.ready_at
    return (at, recording.ready_at, recording.pk)


def _event(call: Call, recording: Recording) -> CallEvent:
    return number_event(call, "call.recording_ready", {"recording": RecordingSerializer.write(recording)})
