"""Step `notify`: publish `call.processed` when all other steps of the call have settled.

The step itself does nothing; its event is published with the outcome. A step that is rerun after
`call.processed` publishes `call.updated` when it settles, unless it only failed once more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from calls.call_events.details import details_of
from calls.models.step import Step
from calls.publish import CallEvent, number_event, updated
from calls.representation import StepOutcome
from liveplatform.work.outcomes import Outcome, succeeded


def attempt() -> Outcome:
    return succeeded()


def events(steps: Sequence[Step], analysed: Collection[UUID]) -> list[CallEvent]:
    """The events of these settled steps; `analysed` are the calls with a new analysis.

    Increments event_sequence of their calls, which the caller saves; `complete` adds what the events hold.
    """
    calls = {step.call_id: step.call for step in steps}
    processed = {
        step.call_id for step in steps if step.kind == Step.Kind.NOTIFY and step.state == Step.State.DONE
    }
    rerun = {step.call_id for step in steps if step.kind != Step.Kind.NOTIFY and not _is_known(step)}
    changed = Step.processed_calls(rerun) - processed
    return [
        *(number_event(calls[pk], "call.analyzed") for pk in analysed),
        *(number_event(calls[pk], "call.processed") for pk in processed),
        *(updated(calls[pk], ["steps"]) for pk in changed),
    ]


def _is_known(step: Step) -> bool:
    """Given up again: its first failure was published, and nothing has changed."""
    return step.was_given_up_before


def complete(events: Sequence[CallEvent]) -> None:
    """Add transcript and analysis to these events, and the outcome of each step to all but call.analyzed."""
    details = details_of({event.call.pk for event in events})
    outcomes = _outcomes({event.call.pk for event in events if event.type != "call.analyzed"})
    for event in events:
        event.data.update(details[event.call.pk])
        if event.type != "call.analyzed":
            event.data["steps"] = outcomes[event.call.pk]


def _outcomes(call_ids: set[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """All steps of each call but notify, as JSON."""
    outcomes: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if call_ids:
        for step in Step.objects.filter(call__in=call_ids).exclude(kind=Step.Kind.NOTIFY).order_by("id"):
            outcomes[step.call_id].append(StepOutcome.write(step))
    return outcomes
