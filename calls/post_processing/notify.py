"""Step `notify`: publish `call.processed` when all other steps of the call have settled.

The step itself does nothing; its event is published with the outcome. A step that is rerun after
`call.processed` publishes `call.updated` when it settles, unless it only failed once more.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from calls.models.analysis import Analysis
from calls.models.call import Call
from calls.models.step import Step
from calls.representation import AnalysisSerializer, CallSerializer, StepOutcome
from liveplatform.webhooks.publish import EventMessage
from liveplatform.work.outcomes import Outcome, succeeded


def attempt() -> Outcome:
    return succeeded()


def events(steps: Sequence[Step], analyses: Mapping[UUID, Analysis]) -> list[EventMessage]:
    """The events of these settled steps; increments event_sequence of their calls, which the caller saves."""
    calls = {step.call_id: step.call for step in steps}
    processed = {
        step.call_id for step in steps if step.kind == Step.Kind.NOTIFY and step.state == Step.State.DONE
    }
    rerun = {step.call_id for step in steps if step.kind != Step.Kind.NOTIFY and not _is_known(step)}
    updated = Step.processed_calls(rerun) - processed
    payloads = _payloads(processed | updated)
    return [
        *(
            _event(calls[pk], "call.analyzed", {"analysis": AnalysisSerializer.write(analysis)})
            for pk, analysis in analyses.items()
        ),
        *(_event(calls[pk], "call.processed", payloads[pk]) for pk in processed),
        *(_event(calls[pk], "call.updated", {"changed": ["steps"], **payloads[pk]}) for pk in updated),
    ]


def _is_known(step: Step) -> bool:
    """Given up again: its first failure was published, and nothing has changed."""
    return step.state == Step.State.FAILED and step.times_given_up > 1


def _payloads(call_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest analysis and all steps of each call, in two queries."""
    if not call_ids:
        return {}
    newest = Analysis.objects.filter(call__in=call_ids).order_by("call", "-created_at", "-id")
    analyses = {found.call_id: AnalysisSerializer.write(found) for found in newest.distinct("call")}
    steps: dict[UUID, list[Step]] = {pk: [] for pk in call_ids}
    for step in Step.objects.filter(call__in=call_ids).exclude(kind=Step.Kind.NOTIFY).order_by("id"):
        steps[step.call_id].append(step)
    outcomes = {pk: list(map(StepOutcome.write, own)) for pk, own in steps.items()}
    return {pk: {"analysis": analyses.get(pk), "steps": outcomes[pk]} for pk in call_ids}


def _event(call: Call, type: str, data: Mapping[str, Any]) -> EventMessage:  # noqa: A002 - the event's own word
    call.event_sequence += 1
    return EventMessage(
        call.account_id, call.pk, call.event_sequence, type, {"call": CallSerializer.write(call), **data}
    )
