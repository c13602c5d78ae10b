"""Celery's doors into calls, each triggered by name with an id: `celery call calls.end --args '["<id>"]'`.

A task says in a sentence what it did. None of them is needed for a call to be processed: Work is.
"""

from calls.again import analyse_again, run_again
from calls.end import CallNotFound, end
from calls.end_codes import LONGEST_REASON, EndCode
from calls.incoming.forgetting import forget_old
from calls.models import Call, Step
from liveplatform.work.by_name import BadArgument, id_of, named_task


@named_task("calls.end")
def end_call(call_id: str, reason: str = "") -> str:
    """End a call, as ops."""
    call = Call.objects.filter(pk=id_of(call_id, "call")).first()
    if call is None:
        raise BadArgument(f"{call_id}: there is no such call.")
    ended = end(
        call.pk, account_id=call.account_id, reason=_text(reason), code=EndCode.ENDED_BY_STAFF, by="task"
    )
    return f"{call_id}: {'ended' if ended.won else 'had ended'} at {ended.call.ended_at:%H:%M:%S} UTC."


@named_task("calls.run_step")
def run_step(step_id: str) -> str:
    """Run one step again, whatever came of it before."""
    step = Step.objects.filter(pk=id_of(step_id, "step")).first()
    if step is None:
        raise BadArgument(f"{step_id}: there is no such step; GET /v1/calls/<call id>/steps shows their ids.")
    return run_again(step)


@named_task("calls.reanalyse")
def reanalyse(call_id: str) -> str:
    """Run the analysis of an ended call again."""
    try:
        return analyse_again(id_of(call_id, "call"))
    except CallNotFound as error:
        raise BadArgument(f"{call_id}: there is no such call.") from error


@named_task("calls.forget_events")
def forget_events() -> str:
    """Delete the providers' events that are past their time."""
    return f"{forget_old():,} provider events were deleted."


def _text(reason: object) -> str:
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON or "\0" in reason:
        raise BadArgument(f"A reason is text of {LONGEST_REASON} characters at most.")
    return reason
