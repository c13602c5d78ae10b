"""The context of a call's detail page, gathered in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from calls.admin.links import actor_names
from calls.models import Analysis, Call, MediaStream, ProviderEvent, Step, Transcript
from calls.timeline import TimelineEntry, timeline
from liveplatform.admin import permissions
from liveplatform.admin.models import StaffAction
from liveplatform.admin.permissions import may
from liveplatform.admin.privacy import hide_numbers, mask_number
from liveplatform.json_codec import dumps
from liveplatform.webhooks.models import Delivery

MAX_PROVIDER_EVENTS = 100
MAX_DELIVERIES = 100
MAX_STREAMS = 50
MAX_TIMELINE = 200
MAX_LONG_TIMELINE = 2_000
MAX_ACTS = 20
MAX_TURNS = 500


@dataclass(frozen=True)
class TranscriptLine:
    """A turn of the transcript with its sentiment, and the phrases that it was judged by."""

    index: int
    role: str
    text: str
    label: str
    score: float | None
    evidence: str


def detail_context(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What detail.html shows of a call, without private data for those who may not see it."""
    is_private = not may(request, permissions.SEE_PRIVATE)
    analysis = Analysis.objects.filter(call=call).order_by("-created_at").first()
    transcript = None if is_private else Transcript.objects.filter(call=call).first()
    steps = list(Step.objects.filter(call=call).order_by("id"))
    deliveries = _deliveries(call)
    entries = _timeline(request, call)
    names = actor_names([call.created_by, call.ended_by, *(entry.by for entry in entries)])
    context = {
        "call": call,
        "is_private": is_private,
        "is_given_up": any(
            step.kind == step.Kind.TERMINATE and step.state == step.State.FAILED for step in steps
        ),
        "parties": [mask_number(n) if is_private else n for n in (call.from_number, call.to_number)],
        "created_by": names[call.created_by],
        "ended_by": names[call.ended_by],
        "reason": hide_numbers(call.disconnect_reason) if is_private else call.disconnect_reason,
        "facts": _own_facts(call, is_private=is_private),
        "recordings": [] if is_private else list(call.recordings.order_by("ready_at", "id")),
        "steps": [_masked(step) if is_private else step for step in steps],
        "streams": list(_streams(call)),
        "provider_events": _provider_events(call, is_private=is_private),
        "analysis": analysis,
        "metrics": _metric_rows(analysis.metrics) if analysis else [],
        "lines": _transcript_lines(transcript, analysis) if transcript else [],
        "timeline": [_named(entry, names, is_private=is_private) for entry in entries],
        "timeline_is_long": len(entries) >= MAX_TIMELINE,
        "deliveries": [_masked(row) if is_private else row for row in deliveries],
        "more_deliveries": len(deliveries) == MAX_DELIVERIES,
        "acts": StaffAction.objects.filter(subjects__contains=[call.pk])[:MAX_ACTS],
    }
    return context | _may(request)


def _may(request: HttpRequest) -> dict[str, bool]:
    """Which buttons the user has."""
    wanted = {
        "may_end": permissions.END_CALLS,
        "may_note": permissions.NOTE_CALLS,
        "may_run_again": permissions.RUN_AGAIN,
        "may_resend": permissions.RESEND_DELIVERIES,
    }
    return {name: may(request, permission) for name, permission in wanted.items()}


def _streams(call: Call) -> Iterable[MediaStream]:
    """The newest ones first, without what is sealed; none is read of a call that never had any."""
    if not call.has_streams:
        return ()
    rows = MediaStream.objects.filter(call=call).defer("sealed_secrets", "parameters")
    return rows.order_by("-created_at", "-id")[:MAX_STREAMS]


def _own_facts(call: Call, *, is_private: bool) -> list[tuple[str, str]]:
    """What the customer put on the call."""
    price = "" if call.cost is None else f"{call.cost.normalize():f} {call.price_unit}"
    facts = [
        ("Cost", price),
        ("Agent", call.ai_agent_id),
        ("Campaign", call.campaign_id),
        ("Contact", call.contact_id),
        ("Workspace", call.workspace),
        ("Latency", f"{call.latency} s" if call.latency is not None else ""),
    ]
    if not is_private:
        facts += [(name, _json(getattr(call, field))) for name, field in OWN_JSON]
    return [(name, str(value)) for name, value in facts if value]


OWN_JSON = (("Variables", "dynamic_variables"), ("Metadata", "metadata"))
MAX_JSON = 4_000


def _json(value: Any) -> str:  # noqa: ANN401
    return dumps(value).decode()[:MAX_JSON] if value else ""


def _deliveries(call: Call) -> list[Delivery]:
    """The newest ones first."""
    rows = Delivery.objects.filter(event__subject_id=call.pk).select_related("event", "endpoint")
    newest = rows.defer("event__body", "log", "result").order_by("-event__sequence", "-created_at", "-id")
    return list(newest[:MAX_DELIVERIES])


def _timeline(request: HttpRequest, call: Call) -> list[TimelineEntry]:
    """The newest entries, newest last; with ?timeline=long more of them."""
    is_long = request.GET.get("timeline") == "long"
    return timeline(call, newest=MAX_LONG_TIMELINE if is_long else MAX_TIMELINE)


def _named(entry: TimelineEntry, names: dict[str, str], *, is_private: bool) -> TimelineEntry:
    detail = hide_numbers(entry.detail) if is_private else entry.detail
    return replace(entry, by=names[entry.by], detail=detail)


def _masked(row: Any) -> Any:  # noqa: ANN401 - work of any kind, that is not saved
    row.error = hide_numbers(row.error)
    return row


def _provider_events(call: Call, *, is_private: bool) -> list[ProviderEvent]:
    """The latest ones, newest first, without their bodies."""
    events = ProviderEvent.objects.filter(call=call).only("created_at", "type", "state", "result", "error")
    found = list(events.order_by("-id")[:MAX_PROVIDER_EVENTS])
    for event in found if is_private else ():
        event.result = {"summary": hide_numbers(event.summary)}
    return found


def _metric_rows(metrics: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return [(name.replace("_", " "), _format_metric(value)) for name, value in metrics.items()]


def _format_metric(value: Any) -> str:  # noqa: ANN401 - a figure, or a few by name
    if value is None:
        return "not known: the turns have no times"
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_format_metric(inner)}" for name, inner in value.items())
    return str(value)


def _transcript_lines(transcript: Transcript, analysis: Analysis | None) -> list[TranscriptLine]:
    sentiment = analysis.sentiment if analysis else {}
    scored = {entry["index"]: entry for entry in sentiment.get("turns", [])}
    evidence = {entry["index"]: ", ".join(entry.get("why", [])) for entry in sentiment.get("evidence", [])}
    return [
        TranscriptLine(
            index,
            turn["role"],
            turn["text"],
            scored.get(index, {}).get("label", ""),
            scored.get(index, {}).get("score"),
            evidence.get(index, ""),
        )
        for index, turn in enumerate(transcript.turns[:MAX_TURNS])
    ]
