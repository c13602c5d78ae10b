"""The context of a call's detail page, gathered in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from calls.models import Analysis, Call, ProviderEvent, Step, Transcript
from calls.timeline import timeline
from liveplatform.webhooks.models import Delivery

MAX_PROVIDER_EVENTS = 100
MAX_DELIVERIES = 200


@dataclass(frozen=True)
class TranscriptLine:
    """A turn of the transcript with its sentiment, and the phrases that it was judged by."""

    index: int
    role: str
    text: str
    label: str
    score: float | None
    evidence: str


def detail_context(call: Call) -> dict[str, Any]:
    """Everything that detail.html shows of a call."""
    analysis = Analysis.objects.filter(call=call).order_by("-created_at").first()
    transcript = Transcript.objects.filter(call=call).first()
    deliveries = Delivery.objects.filter(event__subject_id=call.pk).select_related("event", "endpoint")
    return {
        "call": call,
        "recordings": list(call.recordings.order_by("ready_at", "id")),
        "steps": list(Step.objects.filter(call=call).order_by("id")),
        "provider_events": _provider_events(call),
        "analysis": analysis,
        "metrics": _metric_rows(analysis.metrics) if analysis else [],
        "lines": _transcript_lines(transcript, analysis) if transcript else [],
        "timeline": timeline(call),
        "deliveries": list(
            deliveries.defer("event__body").order_by("event__sequence", "id")[:MAX_DELIVERIES]
        ),
    }


def _provider_events(call: Call) -> list[ProviderEvent]:
    """The latest ones, newest first, without their bodies."""
    events = ProviderEvent.objects.filter(call=call).only("created_at", "type", "state", "result", "error")
    return list(events.order_by("-id")[:MAX_PROVIDER_EVENTS])


def _metric_rows(metrics: dict[str, Any]) -> list[tuple[str, str]]:
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
        for index, turn in enumerate(transcript.turns)
    ]
