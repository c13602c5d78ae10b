"""What comes of settled Steps: the provider's word on the record, the analysis, the news.

All of it happens in the transaction that wrote the outcomes, with the calls locked first (in order of
their ids, so that two workers never wait for each other in a circle), and in a fixed number of
statements however many steps there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from calls import activity, sql
from calls.models.analysis import Analysis
from calls.models.call import Call
from calls.models.step import Step
from calls.representation import represent_analysis, represent_call, represent_steps
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import in_bulk
from liveplatform.json_codec import dumps
from liveplatform.webhooks.publish import EventMessage, publish_many
from liveplatform.work.doorbell import ring

# The last of the others to settle makes notify due. The call's lock makes sure that there is a last one.
RELEASE_NOTIFY = """
UPDATE calls_step AS n SET due_at = now(), updated_at = now()
WHERE n.call_id = ANY(%(calls)s::uuid[]) AND n.kind = 'notify' AND n.state = 'pending' AND n.due_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM calls_step o WHERE o.call_id = n.call_id AND o.kind <> 'notify'
                  AND o.state IN ('pending', 'running'))
"""

# What is written of a call, and how PostgreSQL is to take it.
CALL_COLUMNS = {
    "provider_call_id": "text",
    "provider_state": "text",
    "provider_status": "text",
    "provider_ended_at": "timestamptz",
    "provider_confirmed_at": "timestamptz",
    "duration": "int",
    "cost": "numeric",
    "price_unit": "text",
    "sentiment": "text",
    "latency": "float8",
    "event_sequence": "int",
}
WRITE_CALLS = f"""
UPDATE calls_call AS c SET {", ".join(f"{name} = w.{name}" for name in CALL_COLUMNS)}
FROM unnest(%(pk)s::uuid[], {", ".join(f"%({name})s::{kind}[]" for name, kind in CALL_COLUMNS.items())})
     AS w(pk, {", ".join(CALL_COLUMNS)})
WHERE c.id = w.pk
"""  # noqa: S608 - composed of constants

INSERT_ANALYSES = """
INSERT INTO calls_analysis (id, call_id, metrics, sentiment, analyser, version, created_at)
SELECT * FROM unnest(%(id)s::uuid[], %(call_id)s::uuid[], %(metrics)s::jsonb[], %(sentiment)s::jsonb[],
                     %(analyser)s::text[], %(version)s::text[], %(created_at)s::timestamptz[])
"""


def settled(steps: Sequence[Step]) -> None:
    """Write down what the outcomes mean for their calls."""
    final = [step for step in steps if step.is_settled]
    if not final:
        return
    calls = in_bulk(Call, {step.call_id for step in final})
    for step in final:
        step.call = calls[step.call_id]
        _apply(step)
    analyses = [_analysis(step) for step in final if step.kind == "analyse" and step.state == "done"]
    _save_analyses(analyses)
    news = _events(final, {analysis.call_id: analysis for analysis in analyses})
    _write_calls(calls.values())
    publish_many(news)
    _release_notify({step.call_id for step in final if step.kind != "notify"})


def _apply(step: Step) -> None:
    match (step.kind, step.state):
        case ("terminate", "done"):
            _confirm_end(step.call, step.result, step)
        case ("terminate", "failed"):
            _mark_errored(step.call)
        case ("analyse", "done"):
            step.call.sentiment = step.result["sentiment"]["label"]
            step.call.latency = _seconds(step.result["metrics"])


def _confirm_end(call: Call, said: Mapping[str, Any], step: Step) -> None:
    """The provider says that it is over; a call that only waited for this word ends now."""
    if not call.is_over:
        sql.end_as_requested(call)
    if not call.provider_call_id and said.get("call_id"):  # found after a lost answer
        call.provider_call_id = said["call_id"]
        activity.record(call.pk, "worker", activity.LOST_CALL_FOUND, call.provider_call_id)
    if call.provider_confirmed_at:
        activity.record_superseded_confirmation(call, call.provider_confirmed_at, call.provider_status)
    ended_at = datetime.fromisoformat(said["ended_at"]) if said.get("ended_at") else None
    call.confirm_end(str(said.get("status", "")), ended_at, said.get("duration"), at=step.settled_at)
    call.set_cost(said.get("cost", ""), said.get("price_unit", ""))


def _mark_errored(call: Call) -> None:
    """Surface A moves a call to errored only now; the wish to end it stays, a retry can still end it."""
    Call.objects.filter(pk=call.pk, ended_at__isnull=True).update(status=Call.Status.ERRORED)


def _seconds(metrics: Mapping[str, Any]) -> float | None:
    latency = metrics.get("response_latency_ms") or {}
    p50 = latency.get("p50")
    return p50 / 1000 if isinstance(p50, int | float) else None


def _save_analyses(analyses: Sequence[Analysis]) -> None:
    if analyses:
        columns: dict[str, list[Any]] = {
            name: [getattr(analysis, name) for analysis in analyses]
            for name in ("id", "call_id", "analyser", "version", "created_at")
        }
        for name in ("metrics", "sentiment"):
            columns[name] = [dumps(getattr(analysis, name)).decode() for analysis in analyses]
        execute_prepared(INSERT_ANALYSES, columns)


def _analysis(step: Step) -> Analysis:
    found = step.result
    return Analysis(
        call=step.call,
        created_at=step.settled_at or timezone.now(),  # settled: the time of this transaction
        metrics=found["metrics"],
        sentiment=found["sentiment"],
        analyser=found["analyser"],
        version=found["version"],
    )


def _events(steps: Sequence[Step], fresh: Mapping[UUID, Analysis]) -> list[EventMessage]:
    """What customers are told of these outcomes, each with the next number of its call."""
    told = {step.call_id for step in steps if step.kind == "notify" and step.state == "done"}
    again = _already_processed(steps) - told
    wholes = _payloads(steps, told | again)
    analysed = [
        _event(call, "call.analyzed", {"analysis": represent_analysis(fresh[call.pk])})
        for call in _calls(steps, fresh)
    ]
    processed = [_event(call, "call.processed", wholes[call.pk]) for call in _calls(steps, told)]
    updated = [_event(call, "call.updated", wholes[call.pk]) for call in _calls(steps, again)]
    return analysed + processed + updated


def _calls(steps: Sequence[Step], wanted: Iterable[UUID]) -> list[Call]:
    calls = {step.call_id: step.call for step in steps}
    return [calls[pk] for pk in wanted]


def _already_processed(steps: Sequence[Step]) -> set[UUID]:
    """Calls whose call.processed has gone out: a step of theirs was run again, which is news of its own."""
    others = {step.call_id for step in steps if step.kind != "notify"}
    notify = type(steps[0])._default_manager.filter(call__in=others, kind="notify")
    return set(notify.exclude(state__in=steps[0].OPEN).values_list("call_id", flat=True))


def _payloads(steps: Sequence[Step], wanted: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """Of each wanted call its newest analysis and all its steps, in two queries."""
    if not wanted:
        return {}
    newest = Analysis.objects.filter(call__in=wanted).order_by("call", "-created_at", "-id").distinct("call")
    analyses = {analysis.call_id: represent_analysis(analysis) for analysis in newest}
    others = type(steps[0])._default_manager.filter(call__in=wanted).exclude(kind="notify").order_by("id")
    found: dict[UUID, list[Step]] = {pk: [] for pk in wanted}
    for step in others:
        found[step.call_id].append(step)
    return {pk: {"analysis": analyses.get(pk), "steps": represent_steps(own)} for pk, own in found.items()}


def _event(call: Call, event: str, more: Mapping[str, Any]) -> EventMessage:
    call.event_sequence += 1
    return EventMessage(
        call.account_id, call.pk, call.event_sequence, event, {"call": represent_call(call)} | dict(more)
    )


def _write_calls(calls: Iterable[Call]) -> None:
    rows = list(calls)
    execute_prepared(
        WRITE_CALLS, {name: [getattr(call, name) for call in rows] for name in ("pk", *CALL_COLUMNS)}
    )


def _release_notify(call_ids: set[UUID]) -> None:
    if call_ids and execute_prepared(RELEASE_NOTIFY, {"calls": list(call_ids)}).rowcount:
        ring("steps")
