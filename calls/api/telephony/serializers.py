"""Requests and answers of the telephony API. Field names and shapes are the vendor's.

https://docs.callab.ai/api-reference/campaign-calls/get-one
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls.api.fields import MetadataField, ReasonField
from calls.api.telephony.make_call import MAX_NUMBER_LENGTH, DynamicVariable, normalised_number
from calls.api.telephony.past_call import PastCallFields
from calls.models.end_code import DEFAULT_REASON, MAX_REASON_LENGTH
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    JSONObjectField,
    PlainSerializer,
)


class EndCallRequest(serializers.Serializer[dict[str, Any]]):
    """The body of an end. Nothing but the id can be wrong with it: other fields are ignored."""

    call_id = IdField()
    disconnect_reason = ReasonField(
        source="reason",
        required=False,
        allow_null=True,
        help_text=f"Default: `{DEFAULT_REASON}`. Cut to {MAX_REASON_LENGTH} characters; ignored if it is no "
        "text.",
    )

    def validate_disconnect_reason(self, reason: str | None) -> str:
        return reason or ""


# A list of {name, value} is taken as well, as make-call takes it; client generators have no such union.
@extend_schema_field({"type": "object", "additionalProperties": {}, "example": {"name": "Anna"}})
class DynamicVariablesField(serializers.Field[Any, Any, Any, Any]):
    """Variables as an object, or as the list of {name, value} that make-call takes."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        if isinstance(data, list):
            entries = DynamicVariable(data=data, many=True)
            entries.is_valid(raise_exception=True)
            return {entry["name"]: entry["value"] for entry in entries.validated_data}
        return dict(MetadataField().run_validation(data))


class RecordCallRequest(PastCallFields):
    """An external call: the fields of both versions of the vendor's API, and those of a past call."""

    company_id = CleanCharField(
        required=False, allow_null=True, help_text="Ignored: the key determines the account."
    )

    call_from = CleanCharField(source="from_number", max_length=MAX_NUMBER_LENGTH)
    call_to = CleanCharField(source="to_number", max_length=MAX_NUMBER_LENGTH)
    call_sid = CleanCharField(
        source="provider_call_id", required=False, allow_null=True, allow_blank=True, max_length=64
    )
    call_provider = CleanCharField(
        source="provider", required=False, allow_null=True, allow_blank=True, max_length=20
    )
    call_direction = CleanCharField(
        source="direction", required=False, allow_null=True, allow_blank=True, max_length=20
    )
    campaign_id = IdField(required=False, allow_null=True)
    contact_id = IdField(required=False, allow_null=True)
    ai_agent_id = IdField(required=False, allow_null=True)
    agent_dynamic_variables = DynamicVariablesField(
        source="dynamic_variables", required=False, allow_null=True
    )
    workspace = CleanCharField(required=False, allow_null=True, min_length=1, max_length=100)
    workspace_id = CleanCharField(required=False, allow_null=True, min_length=1, max_length=100)
    is_test = serializers.BooleanField(required=False, default=False)
    metadata = MetadataField(required=False, allow_null=True)
    notes = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=10_000)

    def validate_call_from(self, number: str) -> str:
        return normalised_number(number)

    def validate_call_to(self, number: str) -> str:
        return normalised_number(number)

    def validate_call_provider(self, provider: str | None) -> str:
        return (provider or "").lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Leave out nulls; `workspace` wins over `workspace_id`, which is its older name."""
        values = {name: value for name, value in attrs.items() if value is not None and name != "company_id"}
        older = values.pop("workspace_id", None)
        return {"workspace": older, **values} if older else values


class TelephonyCallSerializer(PlainSerializer):
    """The call object of the telephony API: 37 fields."""

    id = serializers.UUIDField(source="call.id")
    call_sid = serializers.CharField(source="call.provider_call_id", allow_null=True)
    company_id = serializers.UUIDField(source="call.account_id")
    campaign_id = serializers.UUIDField(source="call.campaign_id", allow_null=True)
    ai_agent_id = serializers.UUIDField(source="call.ai_agent_id", allow_null=True)
    contact_id = serializers.UUIDField(source="call.contact_id", allow_null=True)
    call_provider = serializers.CharField(source="call.provider", allow_null=True)
    call_from = serializers.CharField(source="call.from_number")
    call_to = serializers.CharField(source="call.to_number")
    call_duration = serializers.IntegerField(source="call.duration", allow_null=True, help_text="Seconds.")
    call_status = serializers.CharField(
        help_text="Twilio's status values, for example in-progress or completed."
    )
    call_direction = serializers.CharField(source="call.direction")
    is_test = serializers.BooleanField(source="call.is_test")
    call_rating = serializers.IntegerField(source="call.rating", allow_null=True)
    call_feedback = serializers.CharField(source="call.feedback", allow_null=True)
    record_url = serializers.CharField(source="call.recording_url", allow_null=True)
    transcript = serializers.CharField(allow_null=True)
    transcript_object = JSONObjectField(allow_null=True)
    transcript_language = serializers.CharField(allow_null=True)
    cost = serializers.FloatField(source="call.cost", allow_null=True)
    price_unit = serializers.CharField(source="call.price_unit", allow_null=True)
    latency = serializers.FloatField(
        source="call.latency", allow_null=True, help_text="Median response latency, seconds."
    )
    disconnect_reason = serializers.CharField(source="call.disconnect_reason", allow_null=True)
    analysis_sentiment = serializers.CharField(source="call.sentiment", allow_null=True)
    agent_task_status = serializers.CharField(allow_null=True)
    agent_task_feedback = serializers.CharField(allow_null=True)
    metadata = JSONObjectField(source="call.metadata")
    agent_dynamic_variables = JSONObjectField(source="call.dynamic_variables")
    agent_post_call_outcomes = JSONObjectField(allow_null=True)
    notes = serializers.CharField(source="call.notes", allow_null=True)
    created_at = serializers.DateTimeField(source="call.created_at")
    updated_at = serializers.DateTimeField(source="call.updated_at")
    deleted_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(source="call.started_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="call.ended_at", allow_null=True)
    retry_at = serializers.DateTimeField(allow_null=True)
    workspace_id = serializers.CharField(source="call.workspace")


class TelephonyAnswer(PlainSerializer):
    """The envelope around a call."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyCallSerializer()  # type: ignore[assignment]


class TelephonyCallsAnswer(EnvelopeSerializer):
    """The envelope around a page of calls. The page fields are an extension of the vendor's envelope."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyCallSerializer(many=True)  # type: ignore[assignment]
    page = serializers.IntegerField(help_text="The number of this page, counted from 0.")
    per_page = serializers.IntegerField()
    has_more = serializers.BooleanField(help_text="Whether there is a next page.")
