"""Celery's doors into calls, each triggered by name with an id: `celery call calls.end --args '["<id>"]'`.

A task says in a sentence what it did. None of them is needed for a call to be processed: Work is.
"""

from calls.lifecycle.end import CallNotFound, end
from calls.models import Call, Step
from calls.models.end_code import MAX_REASON_LENGTH, EndCode
from calls.post_processing.rerun import rerun_analysis, rerun_step
from calls.provider_events.retention import purge_expired
from liveplatform.work.named_tasks import InvalidArgument, ops_task, parse_id


@ops_task("calls.end")
def end_call(call_id: str, reason: str = "") -> str:
    """End a call, as ops."""
    call = Call.objects.filter(pk=parse_id(call_id, "call")).first()
    if call is None:
        raise InvalidArgument(f"{call_id}: there is no such call.")
    ended = end(
        call.pk, account_id=call.account_id, reason=_text(reason), code=EndCode.ENDED_BY_STAFF, actor="task"
    )
    return f"{call_id}: {'ended' if ended.changed else 'had ended'} at {ended.call.ended_at:%H:%M:%S} UTC."


@ops_task("calls.run_step")
def run_step(step_id: str) -> str:
    """Run one step again, whatever came of it before."""
    step = Step.objects.filter(pk=parse_id(step_id, "step")).first()
    if step is None:
        raise InvalidArgument(
            f"{step_id}: there is no such step; GET /v1/calls/<call id>/steps shows their ids."
        )
    return rerun_step(step)


@ops_task("calls.reanalyse")
def reanalyse(call_id: str) -> str:
    """Run the analysis of an ended call again."""
    try:
        return rerun_analysis(parse_id(call_id, "call"))
    except CallNotFound as error:
        raise InvalidArgument(f"{call_id}: there is no such call.") from error


@ops_task("calls.forget_events")
def purge_provider_events() -> str:
    """Delete the providers' events that are past their time."""
    return f"{purge_expired():,} provider events were deleted."


def _text(reason: object) -> str:
    if not isinstance(reason, str) or len(reason) > MAX_REASON_LENGTH or "\0" in reason:
        raise InvalidArgument(f"A reason is text of {MAX_REASON_LENGTH} characters at most.")
    return reason
