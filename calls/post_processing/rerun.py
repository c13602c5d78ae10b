"""Running a step of an ended call again: from the admin, the API, a command or a task."""

from uuid import UUID

import structlog
from django.db import transaction

from calls import activity
from calls.lifecycle.end import CallNotFound
from calls.models import Call, Step
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)


def rerun_step(step: Step, actor: str = "task") -> str:
    """Make a settled step due at once, with fresh attempts; says what was done."""
    with transaction.atomic():
        Call.lock([step.call_id])  # the call before its steps, as everywhere
        if not step.retry():
            return f"{step.kind} of call {step.call_id} is {step.state}: a worker will run it anyway."
        activity.record(step.call_id, actor, activity.RERUN, f"{step.kind}, which was {step.state}")
        ring(Step.queue)
    log.info("step_run_again", call_id=str(step.call_id), step=step.kind, by=actor)
    return f"{step.kind} of call {step.call_id} was {step.state}; it runs again now."


def rerun_analysis(call_id: UUID, actor: str = "task") -> str:
    """Run the analysis of an ended call again. CallNotFound if there is no such call."""
    step = Step.objects.filter(call_id=call_id, kind=Step.Kind.ANALYSE).first()
    if step:
        return rerun_step(step, actor)
    if Call.objects.filter(pk=call_id).exists():
        return f"Call {call_id} has not ended; it is analysed when it ends."
    raise CallNotFound(str(call_id))
