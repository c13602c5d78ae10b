"""Rerun a step of an ended call: from the admin, the API, a command or a task."""

from uuid import UUID

import structlog
from django.db import transaction

from calls import activity
from calls.exceptions import CallNotFound, CallStateError
from calls.models import Call, Step
from liveplatform.work.queue import queue_named
from liveplatform.work.run_one import run_one

log = structlog.get_logger(__name__)


def rerun_step(step: Step, actor: str = "task") -> str:
    """Make a settled step due at once, with fresh attempts; describes what was done."""
    if not _restart(step, actor, wake=True):
        return f"{step.kind} of call {step.call_id} is {step.state}: a worker will run it anyway."
    return f"{step.kind} of call {step.call_id} was {step.state}; it runs again now."


def run_step(call_id: UUID, kind: Step.Kind, actor: str = "task") -> str:
    """Run this step of an ended call in this process, again if it has settled; describes the outcome.

    Raises CallNotFound, and CallStateError if the call has not ended or notify waits for other steps.
    """
    step = Step.objects.filter(call_id=call_id, kind=kind).first()
    if step is None:
        raise _missing(call_id)
    if step.state == Step.State.PENDING and step.due_at is None:
        raise CallStateError(f"{kind} of call {call_id} waits until the other steps have settled.")
    if step.is_settled:
        _restart(step, actor, wake=False)
    return run_one(queue_named(Step.queue), step.pk)


def _missing(call_id: UUID) -> Exception:
    if Call.objects.filter(pk=call_id).exists():
        return CallStateError(f"Call {call_id} has not ended; its steps run when it ends.")
    return CallNotFound(f"{call_id}: there is no such call.")


def _restart(step: Step, actor: str, *, wake: bool) -> bool:
    """Reset a settled step and record it in the timeline; False if it is open."""
    with transaction.atomic():
        Call.lock([step.call_id])  # before its steps, like everything that locks both
        if not step.restart(wake=wake):
            return False
        activity.record(step.call_id, actor, activity.RERUN, f"{step.kind}, which was {step.state}")
    log.info("step_run_again", call_id=str(step.call_id), step=step.kind, by=actor)
    return True
