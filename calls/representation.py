"""A call, its recordings and its steps as JSON: in the platform's own API and in events.

Times are UTC. `provider` holds what the provider reported, apart from the platform's own state.
"""

from rest_framework import serializers

from calls.models import Call, Step
from calls.models.answer import AnsweredBy, MachineDetection, OnMachine
from calls.models.call_status import TWILIO_STATUSES, twilio_status
from calls.models.end_code import EndCode
from liveplatform.api.serializers import JSONObjectField, PlainSerializer


class ProviderSerializer(PlainSerializer):
    """The call's state as the provider reported it."""

    name = serializers.CharField(source="provider", allow_null=True)
    call_id = serializers.CharField(source="provider_call_id", allow_null=True)
    connection_id = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(source="provider_state", choices=Call.ProviderState.choices)
    status = serializers.CharField(source="provider_status", allow_null=True)
    answered_by = serializers.CharField(source="provider_answered_by", allow_null=True)
    confirmed_at = serializers.DateTimeField(source="provider_confirmed_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="provider_ended_at", allow_null=True)


class CallSerializer(PlainSerializer):
    """A call: every field of it that its account may see, the same in the API and in events."""

    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=Call.Channel.choices)
    status = serializers.ChoiceField(choices=Call.Status.choices)
    call_status = serializers.ChoiceField(choices=TWILIO_STATUSES, help_text="In Twilio's vocabulary.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(
        allow_null=True, help_text='The actor that created it, for example "key:…".'
    )
    updated_at = serializers.DateTimeField(help_text="Moves with every change, and never backwards.")
    scheduled_at = serializers.DateTimeField(allow_null=True)
    ringing_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.ChoiceField(choices=AnsweredBy.choices, allow_null=True)
    machine_detection = serializers.ChoiceField(choices=MachineDetection.choices, allow_null=True)
    on_machine = serializers.ChoiceField(choices=OnMachine.choices, allow_null=True)
    ring_time = serializers.IntegerField(allow_null=True, help_text="Seconds from ringing to answer.")
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(
        allow_null=True, help_text="Seconds from the answer of a phone call, or the start of a video call."
    )
    time_limit = serializers.IntegerField(allow_null=True, help_text="Seconds from its start.")
    join_limit = serializers.IntegerField(
        allow_null=True, help_text="Seconds that a live room waits for somebody; 0: no limit."
    )
    joined_at = serializers.DateTimeField(allow_null=True, help_text="When somebody was first in the room.")
    empty_since = serializers.DateTimeField(allow_null=True, help_text="Since when its room is empty.")
    end_requested_at = serializers.DateTimeField(
        allow_null=True, help_text="An end was requested that waits, or waited, for the provider."
    )
    disconnect_reason = serializers.CharField(allow_null=True)
    end_code = serializers.ChoiceField(choices=EndCode.choices, allow_null=True)
    ended_by = serializers.CharField(allow_null=True)
    provider = ProviderSerializer(source="*")
    provider_seen_at = serializers.DateTimeField(
        allow_null=True, help_text="When the provider last reported."
    )
    host_user_id = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    stream_call_type = serializers.CharField(
        allow_null=True, help_text="The type of its room at the provider."
    )
    vars()["from"] = serializers.CharField(source="from_number", allow_null=True)  # `from` is a keyword
    to = serializers.CharField(source="to_number", allow_null=True)
    extension = serializers.CharField(allow_null=True, help_text="Digits dialled after `to` answered.")
    direction = serializers.CharField(allow_null=True)
    is_test = serializers.BooleanField()
    ai_agent_id = serializers.UUIDField(allow_null=True)
    campaign_id = serializers.UUIDField(allow_null=True)
    contact_id = serializers.UUIDField(allow_null=True)
    workspace = serializers.CharField()
    dynamic_variables = JSONObjectField()
    cost = serializers.FloatField(
        allow_null=True, help_text="The provider's price, in `price_unit`; at most six decimal places."
    )
    price_unit = serializers.CharField(allow_null=True, help_text="ISO 4217, for example USD.")
    latency = serializers.FloatField(allow_null=True, help_text="Median response latency, seconds.")
    sentiment = serializers.CharField(allow_null=True, help_text="The label of the newest analysis.")
    rating = serializers.IntegerField(allow_null=True)
    feedback = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    recording_url = serializers.CharField(allow_null=True, help_text="Of the newest recording.")
    recording_ready_at = serializers.DateTimeField(allow_null=True)
    recording_expires_at = serializers.DateTimeField(allow_null=True, help_text="When its link expires.")
    metadata = JSONObjectField()

    @staticmethod
    def get_call_status(call: Call) -> str:
        """As the generated column, also for a call whose changes are not saved."""
        return twilio_status(call.status, call.provider_status, is_over=call.is_over)


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


class StaySerializer(PlainSerializer):
    """One stay of a participant, by the provider's clock."""

    id = serializers.CharField(source="provider_id", help_text="The provider's.")
    joined_at = serializers.DateTimeField(allow_null=True)
    left_at = serializers.DateTimeField(allow_null=True, help_text="Null while they are in the room.")


class ParticipantSerializer(PlainSerializer):
    """Somebody who was in the room of a call: all stays under one identity."""

    identity = serializers.CharField(help_text="The user id in the token with which they joined.")
    name = serializers.CharField(allow_null=True)
    role = serializers.CharField(allow_null=True, help_text="The provider's.")
    first_joined_at = serializers.DateTimeField(allow_null=True)
    last_left_at = serializers.DateTimeField(allow_null=True, help_text="Null while they are in the room.")
    seconds = serializers.IntegerField(help_text="In the room; stays that overlap count once.")
    stay_count = serializers.IntegerField()
    stays = StaySerializer(many=True, source="shown_stays", help_text="The first 100.")


class RecordingSerializer(PlainSerializer):
    """A recording file that is ready at the provider."""

    id = serializers.CharField(source="provider_id", help_text="The provider's id.")
    url = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    ready_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When its link expires.")
