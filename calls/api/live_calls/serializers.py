"""The live surface's own JSON: field names and shapes are the vendor's (seed 000)."""

from typing import Any

from rest_framework import serializers

from calls.adapters import ROOM_PROVIDERS
from calls.api.base import MetadataField, ScheduledAtField, TimeLimitField
from calls.models import Call
from liveplatform.api.serializers import CleanCharField


class LiveCallRequest(serializers.Serializer[dict[str, Any]]):
    """The body of a create; unknown fields are ignored, as the vendor does."""

    host_user_id = CleanCharField(min_length=1, max_length=255)
    title = CleanCharField(min_length=1, max_length=500)
    scheduled_at = ScheduledAtField(required=False, allow_null=True, default=None)
    metadata = MetadataField(required=False, default=dict)
    time_limit = TimeLimitField(required=False, default=None)
    provider = serializers.ChoiceField(
        choices=ROOM_PROVIDERS,
        required=False,
        allow_blank=True,
        default="",
        help_text="Whose room it is; without it the account's GetStream connection, else its LiveKit one.",
    )


class LiveCallChange(serializers.Serializer[dict[str, Any]]):
    """The body of a change; what it lacks stays, unknown fields are ignored."""

    title = CleanCharField(required=False, min_length=1, max_length=500)
    scheduled_at = ScheduledAtField(required=False)
    metadata = MetadataField(
        required=False, help_text="Merged into what is there (RFC 7396): null removes a name."
    )
    time_limit = TimeLimitField(required=False)


class TokenRequest(serializers.Serializer[dict[str, Any]]):
    """Who wants in, and for how long."""

    user_id = CleanCharField(min_length=1, max_length=255)
    ttl_seconds = serializers.IntegerField(required=False, min_value=1, max_value=86_400, default=3600)


class TokenSerializer(serializers.Serializer[dict[str, Any]]):
    """What a client joins with. The token is its user's secret."""

    token = serializers.CharField()
    stream_call_id = serializers.CharField()
    stream_call_type = serializers.CharField()
    expires_in_seconds = serializers.IntegerField()


class LiveCallSerializer(serializers.Serializer[dict[str, Any]]):
    """A live call, as the schema of seed 000 has it."""

    id = serializers.UUIDField()
    host_user_id = serializers.CharField()
    title = serializers.CharField()
    scheduled_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    stream_call_id = serializers.CharField(allow_null=True)
    stream_call_type = serializers.CharField()
    recording_url = serializers.CharField(allow_null=True)
    recording_ready_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=Call.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LiveStatusSerializer(serializers.Serializer[dict[str, Any]]):
    """What the provider says of the call at this moment."""

    is_live = serializers.BooleanField()
    current_session_id = serializers.CharField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LiveCallWithStatusSerializer(LiveCallSerializer):
    """A live call with the provider's word on it; `live` is null when the provider gave none."""

    live = LiveStatusSerializer(allow_null=True)


class LiveCallListSerializer(serializers.Serializer[dict[str, Any]]):
    """A page of live calls; `next_cursor` is null on the last."""

    calls = LiveCallSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def live_call(call: Call) -> dict[str, Any]:
    """The call as this surface shows it."""
    return {
        "id": call.pk,
        "host_user_id": call.host_user_id,
        "title": call.title,
        "scheduled_at": call.scheduled_at,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "stream_call_id": call.provider_call_id or None,
        "stream_call_type": call.stream_call_type,
        "recording_url": call.recording_url or None,
        "recording_ready_at": call.recording_ready_at,
        "status": call.status,
        "created_at": call.created_at,
        "updated_at": call.updated_at,
    }
