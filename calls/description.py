"""The platform's own picture of a call: what its API answers and its events carry."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from calls.models.call import Call
from calls.models.insight import Analysis

if TYPE_CHECKING:
    from calls.models.step import Step


def describe(call: Call) -> dict[str, Any]:
    """A call as JSON. Times are UTC; `provider` holds what the provider said, apart from our own state."""
    return {
        "id": call.pk,
        "channel": call.channel,
        "status": call.status,
        "created_at": call.created_at,
        "scheduled_at": call.scheduled_at,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "duration": call.duration,
        "disconnect_reason": call.disconnect_reason or None,
        "end_code": call.end_code or None,
        "ended_by": call.ended_by or None,
        "provider": {
            "name": call.provider or None,
            "call_id": call.provider_call_id or None,
            "state": call.provider_state,
            "status": call.provider_status or None,
            "confirmed_at": call.provider_confirmed_at,
            "ended_at": call.provider_ended_at,
        },
        "host_user_id": call.host_user_id or None,
        "title": call.title or None,
        "from": call.from_number or None,
        "to": call.to_number or None,
        "direction": call.direction or None,
        "is_test": call.is_test,
        "sentiment": call.sentiment or None,
        "recording_url": call.recording_url or None,
        "metadata": call.metadata,
    }


def describe_analysis(analysis: Analysis) -> dict[str, Any]:
    """An analysis as JSON."""
    return {
        "metrics": analysis.metrics,
        "sentiment": analysis.sentiment,
        "analyser": analysis.analyser,
        "version": analysis.version,
        "created_at": analysis.created_at,
    }


def describe_steps(steps: Iterable["Step"]) -> list[dict[str, Any]]:
    """Steps as JSON: what happened to each, in how many attempts, and what went wrong last."""
    return [
        {
            "kind": step.kind,
            "state": step.state,
            "attempts": step.attempts,
            "error": step.error or None,
            "due_at": step.due_at,
            "settled_at": step.settled_at,
        }
        for step in steps
    ]
