"""The call object of seed 001: 37 fields under the vendor's names (contracts: docs.callab.ai, get-one)."""

from collections.abc import Sequence
from typing import Any

from calls.models import Analysis, Call, Transcript
from calls.models.call_status import twilio_status


def call_status(call: Call) -> str:
    """The status in Twilio's words: the provider's own where it fits ours, else ours."""
    return twilio_status(call.status, call.provider_status, is_over=call.is_over)


def whole_call(call: Call) -> dict[str, Any]:
    """The call with its transcript and newest analysis, looked up."""
    transcript = Transcript.objects.filter(call=call).first()
    analysis = Analysis.objects.filter(call=call).order_by("-created_at").first() if call.is_over else None
    return telephony_call(call, transcript, analysis)


def whole_calls(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """The same for many calls, in two statements."""
    transcripts = Transcript.objects.in_bulk([call.pk for call in calls])
    over = [call.pk for call in calls if call.is_over]
    newest = Analysis.objects.filter(call__in=over).order_by("call", "-created_at").distinct("call")
    analyses = {analysis.call_id: analysis for analysis in newest}
    return [telephony_call(call, transcripts.get(call.pk), analyses.get(call.pk)) for call in calls]


def telephony_call(
    call: Call, transcript: Transcript | None = None, analysis: Analysis | None = None
) -> dict[str, Any]:
    """The call as this surface shows it. Times are ISO 8601 with Z, durations and latency in seconds."""
    return _facts(call) | _people(call) | _insight(call, transcript, analysis)


def _facts(call: Call) -> dict[str, Any]:
    return {
        "id": call.pk,
        "call_sid": call.provider_call_id or None,
        "company_id": call.account_id,
        "campaign_id": call.campaign_id,
        "ai_agent_id": call.ai_agent_id,
        "contact_id": call.contact_id,
        "call_provider": call.provider or None,
        "call_from": call.from_number,
        "call_to": call.to_number,
        "call_duration": call.duration,
        "call_status": call_status(call),
        "call_direction": call.direction,
        "is_test": call.is_test,
        "disconnect_reason": call.disconnect_reason or None,
        "created_at": call.created_at,
        "updated_at": call.updated_at,
        "deleted_at": None,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "retry_at": None,
        "workspace_id": call.workspace,
    }


def _people(call: Call) -> dict[str, Any]:
    return {
        "call_rating": call.rating,
        "call_feedback": call.feedback or None,
        "notes": call.notes or None,
        "record_url": call.recording_url or None,
        "cost": call.cost,
        "price_unit": call.price_unit or None,
        "metadata": call.metadata,
        "agent_dynamic_variables": call.dynamic_variables,
        "agent_task_status": None,
        "agent_task_feedback": None,
    }


def _insight(call: Call, transcript: Transcript | None, analysis: Analysis | None) -> dict[str, Any]:
    turns = transcript.turns if transcript else []
    return {
        "transcript": "\n".join(f"{turn['role']}: {turn['text']}" for turn in turns) or None,
        "transcript_object": {"turns": turns} if turns else None,
        "transcript_language": transcript.language or None if transcript else None,
        "latency": call.latency,
        "analysis_sentiment": call.sentiment or None,
        "agent_post_call_outcomes": (
            {"metrics": analysis.metrics, "sentiment": analysis.sentiment} if analysis else None
        ),
    }
