"""Requests and answers of the platform's own API of calls."""

from typing import Any

from rest_framework import serializers

from calls.analysis.representation import AnalysisSerializer
from calls.api.fields import EndCodeField, MetadataField, ReasonField
from calls.models import Step
from calls.models.end_code import DEFAULT_REASON, MAX_REASON_LENGTH, EndCode
from calls.representation import CallSerializer, RecordingSerializer, StepSerializer
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    PlainSerializer,
    StrictSerializer,
)

MAX_TEXT_LENGTH = 20_000


@request_example(
    "Two turns",
    {
        "turns": [
            {"role": "agent", "text": "Hello, how can I help?"},
            {"role": "customer", "text": "My order is late."},
        ],
        "language": "en",
    },
)
class TranscriptRequest(StrictSerializer):
    """A transcript as sent."""

    turns = serializers.ListField(allow_empty=False, max_length=10_000)
    language = CleanCharField(required=False, allow_blank=True, max_length=16, default="")


@request_example("With a reason", {"reason": "Customer asked to end the call"})
class EndRequest(serializers.Serializer[dict[str, Any]]):
    """The reason and code of an end. No end is refused because of them: other fields are ignored."""

    reason = ReasonField(
        required=False,
        allow_null=True,
        default="",
        help_text=f"Default: `{DEFAULT_REASON}`. Cut to {MAX_REASON_LENGTH} characters; ignored if it is no "
        "text.",
    )
    code = EndCodeField(
        required=False,
        allow_null=True,
        default=EndCode.ENDED_BY_API,
        help_text="Default: ended_by_api, also for what is none of these.",
    )


class StepsSerializer(EnvelopeSerializer):
    """All steps of a call."""

    steps = StepSerializer(many=True)


class AnalysisStateSerializer(PlainSerializer):
    """The state of a call's analysis, and the newest result."""

    state = serializers.ChoiceField(choices=[*Step.State.choices, ("none", "none")])
    error = serializers.CharField(allow_null=True)
    analysis = AnalysisSerializer(allow_null=True)


class DoneSerializer(PlainSerializer):
    """A sentence that says what was done."""

    message = serializers.CharField()


class TimelineEntrySerializer(PlainSerializer):
    """One entry of a timeline."""

    at = serializers.DateTimeField()
    what = serializers.CharField(help_text="call, request, provider, provider event, step, event or delivery")
    name = serializers.CharField()
    state = serializers.CharField()
    by = serializers.CharField(
        help_text='The actor: "key:…", "staff:…", "operation:…", "provider:…", "worker", "watch" and so on.'
    )
    detail = serializers.CharField()


class TimelineSerializer(PlainSerializer):
    """Everything that happened to a call, in order."""

    timeline = TimelineEntrySerializer(many=True)


class PhoneNumberRequest(StrictSerializer):
    """A number of the account, and the connection that its calls use."""

    phone_number = CleanCharField(max_length=40)
    connection_id = IdField()
    nickname = CleanCharField(required=False, allow_blank=True, max_length=100, default="")


class PhoneNumberSerializer(PlainSerializer):
    """A phone number."""

    id = serializers.UUIDField()
    phone_number = serializers.CharField(source="number")
    number_country_code = serializers.CharField(source="country_code", allow_null=True)
    nickname = serializers.CharField()
    connection_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PhoneNumbersSerializer(EnvelopeSerializer):
    """A page of phone numbers; `next_cursor` is null on the last."""

    phone_numbers = PhoneNumberSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CallsSerializer(EnvelopeSerializer):
    """A page of calls; `next_cursor` is null on the last."""

    calls = CallSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


@request_example("Notes and a rating", {"notes": "Wants a call back on Monday.", "rating": 4})
class AnnotationRequest(StrictSerializer):
    """Notes, feedback, rating and metadata."""

    notes = CleanCharField(required=False, allow_blank=True, allow_null=True, max_length=MAX_TEXT_LENGTH)
    feedback = CleanCharField(required=False, allow_blank=True, allow_null=True, max_length=MAX_TEXT_LENGTH)
    rating = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    metadata = MetadataField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Null clears a text; it is stored blank."""
        return attrs | {name: attrs[name] or "" for name in ("notes", "feedback") if name in attrs}


class RecordingsSerializer(PlainSerializer):
    """All recordings of a call."""

    recordings = RecordingSerializer(many=True)
