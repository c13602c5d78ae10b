"""A call, its analysis and its steps as JSON: in the platform's own API, in events, and as SQL.

Times are UTC. `provider` holds what the provider reported, apart from the platform's own state.
"""

from django.db.models import DateTimeField
from rest_framework import serializers

from calls.models import Call, Step
from calls.models.answer import AnsweredBy
from calls.models.end_code import EndCode
from liveplatform.api.serializers import JSONObjectField, PlainField, PlainSerializer, plain_fields


class ProviderSerializer(PlainSerializer):
    """The call's state as the provider reported it."""

    name = serializers.CharField(source="provider", allow_null=True)
    call_id = serializers.CharField(source="provider_call_id", allow_null=True)
    state = serializers.ChoiceField(source="provider_state", choices=Call.ProviderState.choices)
    status = serializers.CharField(source="provider_status", allow_null=True)
    confirmed_at = serializers.DateTimeField(source="provider_confirmed_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="provider_ended_at", allow_null=True)


class CallSerializer(PlainSerializer):
    """A call in the platform's own API and in events."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=Call.Channel.choices)
    status = serializers.ChoiceField(choices=Call.Status.choices)
    created_at = serializers.DateTimeField()
    scheduled_at = serializers.DateTimeField(allow_null=True)
    ringing_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.ChoiceField(choices=AnsweredBy.choices, allow_null=True)
    ring_time = serializers.IntegerField(allow_null=True, help_text="Seconds from ringing to answer.")
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(
        allow_null=True, help_text="Seconds from the answer of a phone call, or the start of a video call."
    )
    disconnect_reason = serializers.CharField(allow_null=True)
    end_code = serializers.ChoiceField(choices=EndCode.choices, allow_null=True)
    ended_by = serializers.CharField(allow_null=True)
    provider = ProviderSerializer(source="*")
    host_user_id = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    vars()["from"] = serializers.CharField(source="from_number", allow_null=True)  # `from` is a keyword
    to = serializers.CharField(source="to_number", allow_null=True)
    direction = serializers.CharField(allow_null=True)
    is_test = serializers.BooleanField()
    sentiment = serializers.CharField(allow_null=True)
    recording_url = serializers.CharField(allow_null=True)
    metadata = JSONObjectField()


class StepSerializer(PlainSerializer):
    """A post-processing step of a call."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Step.Kind.choices)
    state = serializers.ChoiceField(choices=Step.State.choices)
    attempts = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    log = serializers.ListField(child=JSONObjectField(), help_text="One entry per attempt.")


class StepOutcome(StepSerializer):
    """The state of one step of the call's post-processing."""

    id = None  # type: ignore[assignment]
    log = None  # type: ignore[assignment]


class AnalysisSerializer(PlainSerializer):
    """The result of an analysis."""

    metrics = JSONObjectField()
    sentiment = JSONObjectField()
    analyser = serializers.CharField()
    version = serializers.CharField()
    created_at = serializers.DateTimeField()


class RecordingSerializer(PlainSerializer):
    """A recording file that is ready at the provider."""

    id = serializers.CharField(source="provider_id", help_text="The provider's id.")
    url = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    ready_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When its link expires.")


def call_json_sql(row: str) -> str:
    """SQL for the JSON of a row of calls_call: the statement that ends a call writes its event."""
    return _object_sql(row, CallSerializer)


def rfc3339_sql(time: str) -> str:
    """SQL for a time as RFC 3339 in UTC."""
    return f"""to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _object_sql(row: str, serializer: type[PlainSerializer]) -> str:
    pairs = (f"'{field.name}', {_value_sql(row, field)}" for field in plain_fields(serializer))
    return f"json_build_object({', '.join(pairs)})"


def _value_sql(row: str, field: PlainField) -> str:
    if field.nested:
        return _object_sql(row, field.nested)
    column = f"{row}.{field.source}"
    if field.blank_is_null:
        return f"nullif({column}, '')"
    return rfc3339_sql(column) if isinstance(Call._meta.get_field(field.source), DateTimeField) else column
