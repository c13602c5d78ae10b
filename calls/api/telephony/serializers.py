"""What the telephony surface takes in (seed 001), and how its answers look in the schema."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls.api.base import MetadataField, TimeLimitField
from calls.lifecycle.dial import DialRequest
from calls.lifecycle.register_external import ExternalCall
from calls.phone_numbers import InvalidPhoneNumber, e164
from liveplatform.api.serializers import CleanCharField, IdField, JSONObjectField

MAX_NUMBER_LENGTH = 40


class EndCallRequest(serializers.Serializer[dict[str, Any]]):
    """The body of an end; unknown fields are ignored, as the vendor does."""

    call_id = IdField()
    disconnect_reason = CleanCharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=500,
        help_text="Default: Ended Via API call",
    )


class DynamicVariable(serializers.Serializer[dict[str, Any]]):
    """One variable for the agent: a name without spaces, a value that is not empty."""

    name = CleanCharField(min_length=1, max_length=100)
    value = CleanCharField(min_length=1, max_length=2000)

    def validate_name(self, name: str) -> str:
        if any(character.isspace() for character in name):
            raise serializers.ValidationError("A variable's name must not contain spaces.")
        return name


class MakeCallRequest(serializers.Serializer[dict[str, Any]]):
    """The body of a make-call: `echo_room`, `record`, `twiml`, `url`, `metadata`, `time_limit` are ours."""

    ai_agent_id = IdField(required=False, allow_null=True)
    call_from = CleanCharField(max_length=MAX_NUMBER_LENGTH)
    call_to = CleanCharField(max_length=MAX_NUMBER_LENGTH)
    dynamic_variables = DynamicVariable(many=True, required=False, allow_null=True)
    workspace = CleanCharField(required=False, min_length=1, max_length=100, default="default")
    echo_room = serializers.BooleanField(required=False, default=False)
    record = serializers.BooleanField(required=False, default=False)
    twiml = CleanCharField(required=False, allow_blank=True, max_length=4000, default="")
    url = serializers.URLField(required=False, allow_blank=True, max_length=2000, default="")
    metadata = MetadataField(required=False, default=dict)
    time_limit = TimeLimitField(required=False, default=None)

    def validate_call_from(self, number: str) -> str:
        return _normalised_number(number)

    def dial_request(self, submission_key: str, by: str) -> DialRequest:
        """The wish, once valid."""
        wish = dict(self.validated_data)
        variables = wish.pop("dynamic_variables", None) or []
        return DialRequest(
            from_number=wish.pop("call_from"),
            to_number=wish.pop("call_to"),
            dynamic_variables={entry["name"]: entry["value"] for entry in variables},
            submission_key=submission_key,
            actor=by,
            **wish,
        )


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {}},
            {"type": "array", "items": {"$ref": "#/components/schemas/DynamicVariableRequest"}},
        ]
    }
)
class DynamicVariablesField(serializers.Field[Any, Any, Any, Any]):
    """Variables as an object, or as the list of {name, value} that make-call takes."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        if isinstance(data, list):
            entries = DynamicVariable(data=data, many=True)
            entries.is_valid(raise_exception=True)
            return {entry["name"]: entry["value"] for entry in entries.validated_data}
        return dict(MetadataField().run_validation(data))


class RecordCallRequest(serializers.Serializer[dict[str, Any]]):
    """A call to be put on record: the fields of both versions of the vendor's page; others are ignored.

    `company_id` is ignored too: the account of the key is the company.
    """

    call_from = CleanCharField(max_length=MAX_NUMBER_LENGTH)
    call_to = CleanCharField(max_length=MAX_NUMBER_LENGTH)
    call_sid = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=64)
    call_provider = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=20)
    call_direction = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=20)
    campaign_id = IdField(required=False, allow_null=True)
    contact_id = IdField(required=False, allow_null=True)
    ai_agent_id = IdField(required=False, allow_null=True)
    agent_dynamic_variables = DynamicVariablesField(required=False, allow_null=True)
    workspace = CleanCharField(required=False, allow_null=True, min_length=1, max_length=100)
    workspace_id = CleanCharField(required=False, allow_null=True, min_length=1, max_length=100)
    is_test = serializers.BooleanField(required=False, default=False)
    metadata = MetadataField(required=False, allow_null=True)
    notes = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=10_000)

    def validate_call_from(self, number: str) -> str:
        return _normalised_number(number)

    def validate_call_to(self, number: str) -> str:
        return _normalised_number(number)

    def external_call(self, created_by: str) -> ExternalCall:
        """What is told, once valid, and by whom."""
        sent = self.validated_data
        return ExternalCall(
            created_by=created_by,
            from_number=sent["call_from"],
            to_number=sent["call_to"],
            provider_call_id=sent.get("call_sid") or "",
            provider=(sent.get("call_provider") or "").lower(),
            direction=sent.get("call_direction") or "",
            is_test=sent["is_test"],
            ai_agent_id=sent.get("ai_agent_id"),
            campaign_id=sent.get("campaign_id"),
            contact_id=sent.get("contact_id"),
            workspace=sent.get("workspace") or sent.get("workspace_id") or "default",
            notes=sent.get("notes") or "",
            dynamic_variables=sent.get("agent_dynamic_variables") or {},
            metadata=sent.get("metadata") or {},
        )


class TelephonyCallSerializer(serializers.Serializer[dict[str, Any]]):
    """The call object of seed 001: 37 fields."""

    id = serializers.UUIDField()
    call_sid = serializers.CharField(allow_null=True)
    company_id = serializers.UUIDField()
    campaign_id = serializers.UUIDField(allow_null=True)
    ai_agent_id = serializers.UUIDField(allow_null=True)
    contact_id = serializers.UUIDField(allow_null=True)
    call_provider = serializers.CharField(allow_null=True)
    call_from = serializers.CharField()
    call_to = serializers.CharField()
    call_duration = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    call_status = serializers.CharField(help_text="In Twilio's words, such as in-progress or completed.")
    call_direction = serializers.CharField()
    is_test = serializers.BooleanField()
    call_rating = serializers.IntegerField(allow_null=True)
    call_feedback = serializers.CharField(allow_null=True)
    record_url = serializers.CharField(allow_null=True)
    transcript = serializers.CharField(allow_null=True)
    transcript_object = JSONObjectField(allow_null=True)
    transcript_language = serializers.CharField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    price_unit = serializers.CharField(allow_null=True)
    latency = serializers.FloatField(allow_null=True, help_text="Median response latency, seconds.")
    disconnect_reason = serializers.CharField(allow_null=True)
    analysis_sentiment = serializers.CharField(allow_null=True)
    agent_task_status = serializers.CharField(allow_null=True)
    agent_task_feedback = serializers.CharField(allow_null=True)
    metadata = JSONObjectField()
    agent_dynamic_variables = JSONObjectField()
    agent_post_call_outcomes = JSONObjectField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    retry_at = serializers.DateTimeField(allow_null=True)
    workspace_id = serializers.CharField()


class TelephonyAnswer(serializers.Serializer[dict[str, Any]]):
    """The envelope around a call."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyCallSerializer()  # type: ignore[assignment]


class TelephonyCallsAnswer(serializers.Serializer[dict[str, Any]]):
    """The envelope around a page of calls. The vendor has `data` alone; where it stands is told beside it."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyCallSerializer(many=True)  # type: ignore[assignment]
    page = serializers.IntegerField(help_text="This page, from 0.")
    per_page = serializers.IntegerField()
    has_more = serializers.BooleanField(help_text="Whether there is a next page.")


class TelephonyNumberSerializer(serializers.Serializer[dict[str, Any]]):
    """A phone number as the vendor shows it; its times are UTC without a zone."""

    nickname = serializers.CharField()
    phone_number = serializers.CharField(help_text="E.164")
    number_country_code = serializers.CharField(allow_null=True)
    created_at = serializers.CharField()
    updated_at = serializers.CharField()


class TelephonyNumbersAnswer(serializers.Serializer[dict[str, Any]]):
    """The envelope around the company's phone numbers."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyNumberSerializer(many=True)  # type: ignore[assignment]


def _normalised_number(number: str) -> str:
    try:
        return e164(number)[0]
    except InvalidPhoneNumber as error:
        raise serializers.ValidationError(str(error)) from error
