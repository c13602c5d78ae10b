"""Looking at the provider for recordings: those nobody told us of, and those whose links will perish.

A video call that is over is looked at a few times; a recording that is known is looked at once more before
its link dies, so that the link on record works, for as long as the provider keeps the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import partial
from typing import Any

from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.recording_sync import RecordingSync
from calls.recordings.schedule import refresh_before_expiry
from calls.recordings.store import upsert_many
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.base import Adapter, HasRecordings
from providers.errors import ProviderError, Rejected
from providers.events import RecordingFile

# A recording takes a while to be ready. These are the pauses (s) between looks that find none.
RETRY_DELAYS = (60.0, 300.0, 1800.0, 3 * 3600.0, 24 * 3600.0)
NO_ANSWER_RETRY_SECONDS = 60.0


def prepare(checks: Sequence[RecordingSync]) -> list[AttemptFn]:
    """One look per check."""
    calls = Call.objects.in_bulk([check.call_id for check in checks])
    providers = adapters_for(call.connection_id for call in calls.values())
    return [_job(check, calls[check.call_id], providers) for check in checks]


def _job(check: RecordingSync, call: Call, providers: Mapping[Any, Any]) -> AttemptFn:
    return partial(_sync, call, providers[call.connection_id], check.result.get("looked", 0) + 1)


def _sync(call: Call, provider: Adapter | ProviderError, looked: int) -> Outcome:
    if not isinstance(provider, HasRecordings) or not call.provider_call_id:
        return skip("Its provider cannot say what was recorded.")
    try:
        files = provider.recordings(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return skip(f"The provider does not know this call (any more): {error}")
    except ProviderError as error:
        return postpone(NO_ANSWER_RETRY_SECONDS, {"looked": looked - 1, "unanswered": str(error)})
    found = {"looked": looked, "files": [_as_json(file) for file in files]}
    if files or looked >= len(RETRY_DELAYS):
        return succeeded(found)
    return postpone(RETRY_DELAYS[looked - 1], found)


def settled(checks: Sequence[RecordingSync]) -> None:
    """Note what was found; links are secrets while they live, so they give way to their number."""
    found = [(check, check.result.pop("files")) for check in checks if "files" in check.result]
    for check, files in found:
        check.result["found"] = len(files)
        check.save(update_fields=["result"])
    upsert_many([(check.call_id, _from_json(file)) for check, files in found for file in files])
    refresh_before_expiry(check.call_id for check, files in found if files)


def _as_json(file: RecordingFile) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in asdict(file).items()}


def _from_json(found: Mapping[str, Any]) -> RecordingFile:
    times = {f.name for f in fields(RecordingFile) if f.name.endswith("_at")}
    read = {n: datetime.fromisoformat(v) if n in times and v else v for n, v in found.items()}
    return RecordingFile(**read)  # type: ignore[arg-type] # as _as_json wrote it
