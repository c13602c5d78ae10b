"""Celery's doors into calls, each triggered by name with an id: `celery call calls.end --args '["<id>"]'`.

A task says in a sentence what it did. None of them is needed for a call to be processed: Work is.
"""

from uuid import UUID

from celery import shared_task

from calls.again import analyse_again, run_again
from calls.end import CallNotFound, end
from calls.end_codes import EndCode
from calls.incoming.forgetting import forget
from calls.models import Call, Step


@shared_task(name="calls.end")
def end_call(call_id: str, reason: str = "") -> str:
    """End a call, as ops."""
    account_id = Call.objects.filter(pk=UUID(call_id)).values_list("account_id", flat=True).first()
    if account_id is None:
        return f"{call_id}: there is no such call."
    ended = end(UUID(call_id), account_id=account_id, reason=reason, code=EndCode.ENDED_BY_STAFF, by="task")
    return f"{call_id}: {'ended' if ended.won else 'had ended'} at {ended.call.ended_at:%H:%M:%S} UTC."


@shared_task(name="calls.run_step")
def run_step(step_id: str) -> str:
    """Run one step again, whatever came of it before."""
    step = Step.objects.filter(pk=UUID(step_id)).first()
    return run_again(step) if step else f"{step_id}: there is no such step."


@shared_task(name="calls.reanalyse")
def reanalyse(call_id: str) -> str:
    """Run the analysis of an ended call again."""
    try:
        return analyse_again(UUID(call_id))
    except CallNotFound:
        return f"{call_id}: there is no such call."


@shared_task(name="calls.forget_events")
def forget_events() -> str:
    """Delete the providers' events that are past their time."""
    return f"{forget():,} provider events were deleted."
