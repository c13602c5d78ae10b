"""Requests and answers of the live calls API. Field names and shapes are the vendor's."""

from rest_framework import serializers

from calls.adapters import ROOM_PROVIDERS
from calls.api.fields import MetadataField, ScheduledAtField, TimeLimitField
from calls.models import Call
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import CleanCharField, EnvelopeSerializer, PlainSerializer, StrictSerializer
from providers.base import HOST, PARTICIPANT


class LiveCallRequest(StrictSerializer):
    """The body of a create."""

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
        help_text="Of the room; default: the account's GetStream connection, else its LiveKit one.",
    )


@request_example("Another title", {"title": "Weekly review, part two", "metadata": {"room": "7"}})
class LiveCallChange(StrictSerializer):
    """The body of a change; fields that are not sent are kept."""

    title = CleanCharField(required=False, min_length=1, max_length=500)
    scheduled_at = ScheduledAtField(required=False)
    metadata = MetadataField(
        required=False, help_text="Merged into the stored metadata (RFC 7396): null removes a name."
    )
    time_limit = TimeLimitField(required=False)


class TokenRequest(StrictSerializer):
    """The user, the token's lifetime in seconds, and the role in the call."""

    user_id = CleanCharField(min_length=1, max_length=255)
    ttl_seconds = serializers.IntegerField(required=False, min_value=1, max_value=86_400, default=3600)
    role = serializers.ChoiceField(
        choices=(HOST, PARTICIPANT),
        required=False,
        default=PARTICIPANT,
        help_text="`host` may moderate: GetStream's call role `host`, LiveKit's `roomAdmin` for this room.",
    )


class TokenSerializer(PlainSerializer):
    """What a client needs to join. The token is the user's secret.

    LiveKit's is good for this call only. GetStream's adds access to this call and takes none away: whatever
    the app's permissions let every user do, its bearer may do as well.
    """

    token = serializers.CharField()
    stream_call_id = serializers.CharField(source="call.provider_call_id")
    stream_call_type = serializers.CharField(source="call.stream_call_type")
    expires_in_seconds = serializers.IntegerField(source="ttl_seconds")


class LiveCallSerializer(PlainSerializer):
    """A live call with the fields of the live surface's schema."""

    id = serializers.UUIDField()
    host_user_id = serializers.CharField()
    title = serializers.CharField()
    scheduled_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    stream_call_id = serializers.CharField(source="provider_call_id", allow_null=True)
    stream_call_type = serializers.CharField()
    recording_url = serializers.CharField(allow_null=True)
    recording_ready_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=Call.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LiveStatusSerializer(PlainSerializer):
    """The provider's current status of the call."""

    is_live = serializers.BooleanField()
    current_session_id = serializers.CharField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LiveCallWithStatusSerializer(LiveCallSerializer):
    """A live call with the provider's current status; `live` is null if the provider gave none."""

    live = LiveStatusSerializer(allow_null=True)


class LiveCallListSerializer(EnvelopeSerializer):
    """A page of live calls; `next_cursor` is null on the last."""

    calls = LiveCallSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
