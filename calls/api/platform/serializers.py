"""What the platform's own call API takes in and gives out."""

from typing import Any

from rest_framework import serializers

from calls.models import Step
from calls.models.end_code import EndCode
from calls.representation import AnalysisSerializer, StepSerializer
from liveplatform.api.serializers import CleanCharField, IdField, StrictSerializer


class TurnSerializer(serializers.Serializer[dict[str, Any]]):
    """One turn of a transcript."""

    role = serializers.CharField(
        help_text="customer or agent (user, caller, assistant, bot… are understood)."
    )
    text = serializers.CharField(max_length=10_000)
    start_ms = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    end_ms = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class TranscriptBody(serializers.Serializer[dict[str, Any]]):
    """A transcript, for the schema; what comes in is checked by calls.analysis.turns."""

    turns = TurnSerializer(many=True)
    language = serializers.CharField(required=False, max_length=16)


class TranscriptRequest(StrictSerializer):
    """A transcript as sent."""

    turns = serializers.ListField(allow_empty=False, max_length=10_000)
    language = CleanCharField(required=False, allow_blank=True, max_length=16, default="")


class EndRequest(StrictSerializer):
    """How a call shall be ended."""

    reason = CleanCharField(required=False, allow_blank=True, max_length=500, default="")
    code = serializers.ChoiceField(
        choices=EndCode.choices, required=False, default=EndCode.ENDED_BY_API.value
    )


class StepsSerializer(serializers.Serializer[dict[str, Any]]):
    """All steps of a call."""

    steps = StepSerializer(many=True)


class AnalysisStateSerializer(serializers.Serializer[dict[str, Any]]):
    """Where the analysis of a call stands, and what it found last."""

    state = serializers.ChoiceField(choices=[*Step.State.choices, ("none", "none")])
    error = serializers.CharField(allow_null=True)
    analysis = AnalysisSerializer(allow_null=True)


class DoneSerializer(serializers.Serializer[dict[str, Any]]):
    """What was done, in a sentence."""

    message = serializers.CharField()


class TimelineEntry(serializers.Serializer[dict[str, Any]]):
    """One thing that happened."""

    at = serializers.DateTimeField()
    what = serializers.CharField(help_text="call, request, provider, provider event, step, event or delivery")
    name = serializers.CharField()
    state = serializers.CharField()
    by = serializers.CharField(
        help_text='Whose doing: "key:…", "staff:…", "operation:…", "provider:…", "worker", "watch" and so on.'
    )
    detail = serializers.CharField()


class TimelineSerializer(serializers.Serializer[dict[str, Any]]):
    """Everything that happened to a call, in order."""

    timeline = TimelineEntry(many=True)


class PhoneNumberRequest(StrictSerializer):
    """A number of the account's, and the connection its calls run over."""

    phone_number = CleanCharField(max_length=40)
    connection_id = IdField()
    nickname = CleanCharField(required=False, allow_blank=True, max_length=100, default="")


class PhoneNumberSerializer(serializers.Serializer[dict[str, Any]]):
    """A phone number."""

    id = serializers.UUIDField()
    phone_number = serializers.CharField()
    number_country_code = serializers.CharField(allow_null=True)
    nickname = serializers.CharField()
    connection_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PhoneNumbersSerializer(serializers.Serializer[dict[str, Any]]):
    """The phone numbers of an account."""

    phone_numbers = PhoneNumberSerializer(many=True)
