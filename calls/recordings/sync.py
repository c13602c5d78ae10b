"""Asks a call's provider for its recordings (RecordingSync).

After a video call the provider is asked a few times, until there is a recording. A recording that is known
is read again before its link expires, for as long as the provider keeps the file. The first times it is asked
who was in the room as well (calls/attendance).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from calls.adapters import adapters_for
from calls.attendance import check as attendance
from calls.attendance.stays import close_stays, record
from calls.models.call import Call
from calls.models.recording_sync import RecordingSync
from calls.recordings.schedule import refresh_before_expiry
from calls.recordings.store import upsert_many
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.base import Adapter, HasRecordings
from providers.errors import ProviderError, Rejected
from providers.events import RecordingFile

# A recording takes a while to be ready: seconds between syncs that find none.
RETRY_DELAYS = (60.0, 300.0, 1800.0, 3 * 3600.0, 24 * 3600.0)
# Seconds until a provider that did not answer is asked again.
NO_ANSWER_RETRY_SECONDS = 60.0
# The first syncs after a call ask for its attendance too: at once, and when the provider has settled it.
ATTENDANCE_SYNCS = 2


def prepare(syncs: Sequence[RecordingSync]) -> list[AttemptFn]:
    """One attempt per sync."""
    calls = Call.objects.in_bulk([sync.call_id for sync in syncs])
    providers = adapters_for(call.connection_id for call in calls.values())
    sessions = attendance.sessions_of(calls)
    return [_attempt(sync, calls[sync.call_id], providers, sessions.get(sync.call_id, ())) for sync in syncs]


def _attempt(
    sync: RecordingSync,
    call: Call,
    providers: Mapping[UUID | None, Adapter | ProviderError],
    sessions: Sequence[str],
) -> AttemptFn:
    return partial(_sync, call, providers[call.connection_id], sync.result.get("syncs", 0) + 1, sessions)


def _sync(call: Call, provider: Adapter | ProviderError, count: int, sessions: Sequence[str]) -> Outcome:
    """Ask the provider; `count` is how many times it will have answered."""
    if not isinstance(provider, HasRecordings) or not call.provider_call_id:
        return skip("Its provider cannot say what was recorded.")
    try:
        files = provider.recordings(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return skip(f"The provider does not know this call (any more): {error}")
    except ProviderError as error:
        return postpone(NO_ANSWER_RETRY_SECONDS, {"syncs": count - 1, "unanswered": str(error)})
    result = {"syncs": count, "files": [_to_json(file) for file in files]}
    if count <= ATTENDANCE_SYNCS and call.channel == Call.Channel.VIDEO:
        result |= attendance.ask(provider, call, sessions)
    if files or count >= len(RETRY_DELAYS):
        return succeeded(result)
    return postpone(RETRY_DELAYS[count - 1], result)


def settled(syncs: Sequence[RecordingSync]) -> None:
    """Store the recordings; links are secrets while they are valid, so only their number stays in the row."""
    answered = [(sync, sync.result.pop("files")) for sync in syncs if "files" in sync.result]
    for sync, files in answered:
        sync.result["found"] = len(files)
    reports = [(sync.call_id, sync.result.pop("stays", ())) for sync in syncs]
    if answered:
        RecordingSync.objects.bulk_update([sync for sync, _ in answered], ["result"])
    upsert_many([(sync.call_id, _from_json(file)) for sync, files in answered for file in files])
    close_stays(sync.call_id for sync in syncs)
    record((call_id, stay) for call_id, report in reports for stay in attendance.read_stays(report))
    found = [sync.call_id for sync, files in answered if files]
    if found:
        refresh_before_expiry(Call.objects.filter(pk__in=found))


def _to_json(file: RecordingFile) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in asdict(file).items()}


def _from_json(stored: Mapping[str, Any]) -> RecordingFile:
    times = {f.name for f in fields(RecordingFile) if f.name.endswith("_at")}
    values = {n: datetime.fromisoformat(v) if n in times and v else v for n, v in stored.items()}
    return RecordingFile(**values)  # type: ignore[arg-type] # as written by _to_json
