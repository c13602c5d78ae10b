"""What the platform's own call API takes in and gives out."""

from typing import Any

from rest_framework import serializers

from calls.models import Call, Step
from calls.models.end_code import EndCode
from liveplatform.api.serializers import CleanCharField, IdField, JSONObjectField, StrictSerializer


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


class ProviderSerializer(serializers.Serializer[dict[str, Any]]):
    """What the provider said, apart from our own state."""

    name = serializers.CharField(allow_null=True)
    call_id = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Call.ProviderState.choices)
    status = serializers.CharField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class CallSerializer(serializers.Serializer[dict[str, Any]]):
    """A call as the platform itself tells of it."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=Call.Channel.choices)
    status = serializers.ChoiceField(choices=Call.Status.choices)
    created_at = serializers.DateTimeField()
    scheduled_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(allow_null=True)
    disconnect_reason = serializers.CharField(allow_null=True)
    end_code = serializers.ChoiceField(choices=EndCode.choices, allow_null=True)
    ended_by = serializers.CharField(allow_null=True)
    provider = ProviderSerializer()
    host_user_id = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    to = serializers.CharField(allow_null=True)
    direction = serializers.CharField(allow_null=True)
    is_test = serializers.BooleanField()
    sentiment = serializers.CharField(allow_null=True)
    recording_url = serializers.CharField(allow_null=True)
    metadata = JSONObjectField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python's, so it joins here."""
        return super().get_fields() | {"from": serializers.CharField(allow_null=True)}


class StepSerializer(serializers.Serializer[dict[str, Any]]):
    """A step that follows the end of a call."""

    id = serializers.UUIDField()

    kind = serializers.ChoiceField(choices=Step.Kind.choices)
    state = serializers.ChoiceField(choices=Step.State.choices)
    attempts = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    log = serializers.ListField(child=JSONObjectField(), help_text="One entry per attempt.")


class StepsSerializer(serializers.Serializer[dict[str, Any]]):
    """All steps of a call."""

    steps = StepSerializer(many=True)


class AnalysisSerializer(serializers.Serializer[dict[str, Any]]):
    """What an analysis found."""

    metrics = JSONObjectField()
    sentiment = JSONObjectField()
    analyser = serializers.CharField()
    version = serializers.CharField()
    created_at = serializers.DateTimeField()


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
