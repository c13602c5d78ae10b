"""Event types about calls and bulk operations."""

from typing import Any

from rest_framework import serializers

from calls.bulk.representation import OperationSerializer
from calls.representation import AnalysisSerializer, CallSerializer, RecordingSerializer, StepOutcome
from liveplatform.webhooks.event_types import EventType


class CallEventData(serializers.Serializer[Any]):
    """The call at the time of the event."""

    call = CallSerializer()


class CallAnalyzedData(CallEventData):
    """The call and its new analysis."""

    analysis = AnalysisSerializer()


class CallProcessedData(CallEventData):
    """The call, its newest analysis and the outcome of each step."""

    analysis = AnalysisSerializer(allow_null=True)
    steps = StepOutcome(many=True)


class CallUpdatedData(CallEventData):
    """The call after a change; its analysis and steps if a step was run again."""

    changed = serializers.ListField(
        child=serializers.CharField(), help_text="The names of the fields that changed."
    )
    analysis = AnalysisSerializer(allow_null=True, required=False)
    steps = StepOutcome(many=True, required=False)


class RecordingReadyData(CallEventData):
    """The call and one of its recordings."""

    recording = RecordingSerializer()


class OperationFinishedData(serializers.Serializer[Any]):
    """The bulk operation with its final counts."""

    operation = OperationSerializer()


CALL: dict[str, Any] = {
    "id": "01a1fc09-0000-7000-8000-000000000001",
    "channel": "phone",
    "status": "ended",
    "created_at": "2026-11-21T02:50:11.204000Z",
    "scheduled_at": None,
    "ringing_at": "2026-11-21T02:50:13.000000Z",
    "answered_at": "2026-11-21T02:50:19.877000Z",
    "answered_by": "human",
    "ring_time": 6,
    "started_at": "2026-11-21T02:50:19.877000Z",
    "ended_at": "2026-11-21T02:57:48.438000Z",
    "duration": 448,
    "disconnect_reason": "Ended Via API call",
    "end_code": "ended_by_api",
    "ended_by": "key:k3y1d",
    "provider": {
        "name": "twilio",
        "call_id": "CA0123456789abcdef0123456789abcdef",
        "state": "live",
        "status": "in-progress",
        "confirmed_at": None,
        "ended_at": None,
    },
    "host_user_id": None,
    "title": None,
    "from": "+12025550100",
    "to": "+12025550123",
    "direction": "outbound",
    "is_test": False,
    "sentiment": None,
    "recording_url": None,
    "metadata": {"ticket": 4711},
}
ANALYSIS: dict[str, Any] = {
    "metrics": {"turns": 12},
    "sentiment": {"label": "positive", "score": 0.4},
    "analyser": "lexicon",
    "version": "1",
    "created_at": "2026-11-21T02:57:49.102000Z",
}
STEP: dict[str, Any] = {
    "kind": "terminate",
    "state": "done",
    "attempts": 1,
    "error": None,
    "due_at": "2026-11-21T02:57:48.438000Z",
    "settled_at": "2026-11-21T02:57:48.911000Z",
}
RECORDING: dict[str, Any] = {
    "id": "RE0123456789abcdef0123456789abcdef",
    "url": "https://recordings.example.com/RE0123456789abcdef0123456789abcdef.mp3",
    "started_at": "2026-11-21T02:50:19.877000Z",
    "ended_at": "2026-11-21T02:57:48.438000Z",
    "duration": 448,
    "ready_at": "2026-11-21T02:58:30.000000Z",
    "expires_at": None,
}
OPERATION: dict[str, Any] = {
    "id": "01a1fc0b-0000-7000-8000-000000000003",
    "state": "finished",
    "ended": 41,
    "already_ended": 1,
    "unknown": 0,
    "ids": None,
    "filter": {"is_test": True},
    "reason": "End of the load test",
    "code": "ended_by_api",
    "by": "key:k3y1d",
    "error": None,
    "created_at": "2026-11-21T02:57:40.000000Z",
    "finished_at": "2026-11-21T02:57:41.250000Z",
}
PROCESSED: dict[str, Any] = {"call": CALL, "analysis": ANALYSIS, "steps": [STEP]}

EVENT_TYPES = [
    EventType(
        "call.created",
        "A call is on record: dialled, registered, or a room opened.",
        CallEventData,
        {"call": CALL},
    ),
    EventType("call.ringing", "A phone call rings.", CallEventData, {"call": CALL}),
    EventType(
        "call.answered",
        "A phone call was answered; `answered_by` may follow with call.updated.",
        CallEventData,
        {"call": CALL},
    ),
    EventType(
        "call.started",
        "A call is live: a phone call was answered, or a video call has started.",
        CallEventData,
        {"call": CALL},
    ),
    EventType(
        "call.errored",
        "A call was to end, and the attempts to end it at its provider were given up: it may run.",
        CallEventData,
        {"call": CALL},
    ),
    EventType(
        "call.ended", "A call has ended; its post-processing has started.", CallEventData, {"call": CALL}
    ),
    EventType(
        "call.analyzed",
        "The analysis of a call is available: metrics and sentiment.",
        CallAnalyzedData,
        {"call": CALL, "analysis": ANALYSIS},
    ),
    EventType(
        "call.processed",
        "All post-processing steps of a call are settled.",
        CallProcessedData,
        PROCESSED,
    ),
    EventType(
        "call.updated",
        "A call was changed: by a request, its provider (who answered, its price), or a step run again.",
        CallUpdatedData,
        {"call": CALL, "changed": ["answered_by"]},
    ),
    EventType(
        "call.recording_ready",
        "A recording of a call is ready; `recording` holds its link, which may expire.",
        RecordingReadyData,
        {"call": CALL, "recording": RECORDING},
    ),
    EventType(
        "call.still_live",
        "An ended call was found live at its provider, and is hung up again.",
        CallEventData,
        {"call": CALL},
    ),
    EventType(
        "operation.finished",
        "A bulk operation has finished.",
        OperationFinishedData,
        {"operation": OPERATION},
    ),
]
