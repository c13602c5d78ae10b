"""Celery tasks that operators trigger by name with a call's id: `celery call calls.end --args '["<id>"]'`.

Each returns (and logs) a sentence about what it did. Calls are processed without them: workers drain the
same rows on their own.
"""

from calls.exceptions import CallNotFound, CallStateError
from calls.lifecycle.end import end_from_task
from calls.metadata_index import index_pending
from calls.models import Step
from calls.models.end_code import MAX_REASON_LENGTH
from calls.post_processing.rerun import run_step
from calls.provider_events.retention import purge_expired
from liveplatform.work.named_tasks import InvalidArgument, ops_task, parse_id


@ops_task("calls.end")
def end_call(call_id: str, reason: str = "") -> str:
    """End a call."""
    try:
        return end_from_task(parse_id(call_id, "call"), _parse_reason(reason))
    except CallNotFound as error:
        raise InvalidArgument(f"{call_id}: there is no such call.") from error


@ops_task("calls.terminate_provider_call")
def terminate_provider_call(call_id: str) -> str:
    """End an ended call at its provider, now."""
    return _run_step(call_id, Step.Kind.TERMINATE)


@ops_task("calls.clean_up_room")
def clean_up_room(call_id: str) -> str:
    """Stop the streams of an ended call, now."""
    return _run_step(call_id, Step.Kind.CLEAN_UP)


@ops_task("calls.analyse_call")
def analyse_call(call_id: str) -> str:
    """Analyse the transcript of an ended call, now."""
    return _run_step(call_id, Step.Kind.ANALYSE)


@ops_task("calls.send_webhooks")
def send_webhooks(call_id: str) -> str:
    """Publish call.processed of an ended call, now."""
    return _run_step(call_id, Step.Kind.NOTIFY)


@ops_task("calls.purge_provider_events")
def purge_provider_events() -> str:
    """Delete the provider events that are past their retention."""
    return f"{purge_expired():,} provider events were deleted."


@ops_task("calls.index_metadata")
def index_metadata() -> str:
    """Index the older calls of accounts that changed their metadata names."""
    return f"{index_pending():,} calls were indexed."


def _run_step(call_id: str, kind: Step.Kind) -> str:
    try:
        return run_step(parse_id(call_id, "call"), kind)
    except (CallNotFound, CallStateError) as error:
        raise InvalidArgument(str(error)) from error


def _parse_reason(reason: object) -> str:
    if not isinstance(reason, str) or len(reason) > MAX_REASON_LENGTH or "\0" in reason:
        raise InvalidArgument(f"A reason is text of {MAX_REASON_LENGTH} characters at most.")
    return reason
