"""Event types about calls and bulk operations."""

from rest_framework import serializers

from calls.analysis.representation import AnalysisSerializer, TranscriptSerializer
from calls.bulk.representation import OperationSerializer
from calls.call_events.details import MAX_PART_BYTES
from calls.call_events.examples import (
    ANALYZED,
    ANSWERED,
    CALL_ENDED,
    CREATED,
    ERRORED,
    OPERATION_FINISHED,
    PROCESSED,
    RECORDING_READY,
    RINGING,
    STILL_LIVE,
    UPDATED,
)
from calls.representation import CallSerializer, RecordingSerializer, StepOutcome
from liveplatform.api.serializers import PlainSerializer
from liveplatform.webhooks.event_types import EventType


class CallEventData(PlainSerializer):
    """The call at the time of the event."""

    call = CallSerializer()


class CallEndedData(CallEventData):
    """The call at the time of the event, and its recordings."""

    recordings = RecordingSerializer(many=True)


class OmissionSerializer(PlainSerializer):
    """A part that was left out because it is too long."""

    field = serializers.ChoiceField(choices=["transcript", "analysis.sentiment.turns"])
    bytes = serializers.IntegerField(help_text="How long it is, as JSON.")
    url = serializers.CharField(help_text="Where the API has it.")


class CallAnalyzedData(CallEndedData):
    """The call with its transcript and its new analysis."""

    transcript = TranscriptSerializer(allow_null=True)
    analysis = AnalysisSerializer()
    omitted = OmissionSerializer(
        many=True,
        help_text=f"Parts of more than {MAX_PART_BYTES // 1024} KiB are left out; they are named here.",
    )


class CallProcessedData(CallAnalyzedData):
    """The call with its transcript, its newest analysis and the outcome of each step."""

    analysis = AnalysisSerializer(allow_null=True)
    steps = StepOutcome(many=True)


class CallUpdatedData(CallEventData):
    """The call after a change; if a step was run again, all that call.processed holds."""

    changed = serializers.ListField(
        child=serializers.CharField(), help_text="The names of the fields that changed."
    )
    recordings = RecordingSerializer(many=True, required=False)
    transcript = TranscriptSerializer(allow_null=True, required=False)
    analysis = AnalysisSerializer(allow_null=True, required=False)
    omitted = OmissionSerializer(many=True, required=False)
    steps = StepOutcome(many=True, required=False)


class RecordingReadyData(CallEndedData):
    """The call and the recording that is ready."""

    recording = RecordingSerializer()


class OperationFinishedData(PlainSerializer):
    """The bulk operation with its final counts."""

    operation = OperationSerializer()


EVENT_TYPES = [
    EventType(
        "call.created",
        "A call is on record: dialled, registered, or a room opened.",
        CallEventData,
        CREATED,
    ),
    EventType("call.ringing", "A phone call rings.", CallEventData, RINGING),
    EventType(
        "call.answered",
        "A phone call was answered; `answered_by` may follow with call.updated.",
        CallEventData,
        ANSWERED,
    ),
    EventType(
        "call.started",
        "A call is live: a phone call was answered, or a video call has started.",
        CallEventData,
        ANSWERED,
    ),
    EventType(
        "call.errored",
        "A call was to end, and the attempts to end it at its provider were given up: it may run.",
        CallEventData,
        ERRORED,
    ),
    EventType("call.ended", "A call has ended; its post-processing has started.", CallEndedData, CALL_ENDED),
    EventType(
        "call.analyzed",
        "The analysis of a call is available: metrics and sentiment.",
        CallAnalyzedData,
        ANALYZED,
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
        UPDATED,
    ),
    EventType(
        "call.recording_ready",
        "A recording of a call is ready; `recording` holds its link, which may expire.",
        RecordingReadyData,
        RECORDING_READY,
    ),
    EventType(
        "call.still_live",
        "An ended call was found live at its provider, and is hung up again.",
        CallEndedData,
        STILL_LIVE,
    ),
    EventType(
        "operation.finished",
        "A bulk operation has finished.",
        OperationFinishedData,
        OPERATION_FINISHED,
    ),
]
