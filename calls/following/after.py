"""What comes of settled Steps: the provider's word on the record, the analysis, the news.

All of it happens in the transaction that wrote the outcomes, with the calls locked first (in order of
their ids, so that two workers never wait for each other in a circle).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from calls import concluding
from calls.description import describe, describe_analysis, describe_steps
from calls.models.call import Call
from calls.models.insight import Analysis
from liveplatform.webhooks.publish import publish
from liveplatform.work.bell import ring

if TYPE_CHECKING:
    from calls.models.step import Step

# The last of the others to settle makes notify due. The call's lock makes sure that there is a last one.
RELEASE = """
UPDATE calls_step AS n SET due_at = now(), updated_at = now()
WHERE n.call_id = ANY(%s) AND n.kind = 'notify' AND n.state = 'pending' AND n.due_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM calls_step o WHERE o.call_id = n.call_id AND o.kind <> 'notify'
                  AND o.state IN ('pending', 'running'))
RETURNING n.call_id
"""


def lock_calls(steps: Sequence["Step"]) -> None:
    """Lock the calls of these steps until the transaction is over."""
    ids = {step.call_id for step in steps}
    list(Call.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def settled(steps: Sequence["Step"]) -> None:
    """Write down what the outcomes mean for their calls."""
    calls = Call.objects.in_bulk({step.call_id for step in steps})
    for step in steps:
        step.call = calls[step.call_id]
        _note(step)
    _release(step.call_id for step in steps if step.is_settled and step.kind != "notify")


def _note(step: "Step") -> None:
    match (step.kind, step.state):
        case ("terminate", "done"):
            _confirm(step)
        case ("terminate", "failed"):
            _give_up(step)
        case ("analyse", "done"):
            _keep_analysis(step)
        case ("notify", "done"):
            _tell_processed(step.call)
    if step.is_settled and step.kind != "notify":
        _tell_repaired(step)


def _confirm(step: "Step") -> None:
    """The provider says that it is over; a call that only waited for this word ends now."""
    call = step.call
    call.provider_state = Call.ProviderState.ENDED
    call.provider_status = str(step.result.get("status", ""))[:40]
    call.provider_ended_at = step.result.get("ended_at")
    call.provider_confirmed_at = step.settled_at
    if step.result.get("duration") is not None:
        call.duration = step.result["duration"]
    call.save(
        update_fields=[
            "provider_state",
            "provider_status",
            "provider_ended_at",
            "provider_confirmed_at",
            "duration",
        ]
    )
    if not call.is_over:
        concluding.conclude(call)


def _give_up(step: "Step") -> None:
    """Surface A moves a call to errored only now; the wish to end it stays, a retry can still end it."""
    Call.objects.filter(pk=step.call_id, ended_at__isnull=True).update(status=Call.Status.ERRORED)


def _keep_analysis(step: "Step") -> None:
    found = step.result
    analysis = Analysis.objects.create(
        call=step.call,
        metrics=found["metrics"],
        sentiment=found["sentiment"],
        analyser=found["analyser"],
        version=found["version"],
    )
    step.call.sentiment = found["sentiment"]["label"]
    step.call.latency = _seconds(found["metrics"])
    step.call.save(update_fields=["sentiment", "latency"])
    _tell(step.call, "call.analyzed", {"analysis": describe_analysis(analysis)})


def _seconds(metrics: dict[str, object]) -> float | None:
    latency = metrics.get("response_latency_ms")
    p50 = latency.get("p50") if isinstance(latency, dict) else None
    return p50 / 1000 if isinstance(p50, int | float) else None


def _tell_processed(call: Call) -> None:
    _tell(call, "call.processed", _whole(call))


def _tell_repaired(step: "Step") -> None:
    """A step that was run again after call.processed had gone out is news of its own."""
    if step.call.steps.filter(kind="notify").exclude(state__in=step.OPEN).exists():
        _tell(step.call, "call.updated", _whole(step.call))


def _whole(call: Call) -> dict[str, object]:
    analysis = call.analyses.order_by("-created_at").first()
    return {
        "analysis": describe_analysis(analysis) if analysis else None,
        "steps": describe_steps(call.steps.exclude(kind="notify").order_by("id")),
    }


def _tell(call: Call, event: str, more: dict[str, object]) -> None:
    call.event_sequence += 1
    call.save(update_fields=["event_sequence"])
    publish(call.account_id, call.pk, call.event_sequence, event, {"call": describe(call)} | more)


def _release(call_ids: Iterable[UUID]) -> None:
    wanted = list(set(call_ids))
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [wanted])
        if cursor.rowcount:
            ring("steps")
