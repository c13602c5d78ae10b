"""What joining a session takes, and answers."""

from rest_framework import serializers

from liveplatform.api.serializers import CleanCharField, PlainSerializer, StrictSerializer
from sessions_app.models.details import MAX_ID_LENGTH
from sessions_app.models.person import Role


class JoinTokenRequest(StrictSerializer):
    """Who joins."""

    user_id = CleanCharField(
        max_length=MAX_ID_LENGTH,
        help_text="A host's, a registered user's or patient's id, or a guest's: `guest-<registration id>`.",
    )


class JoinSerializer(PlainSerializer):
    """What a client needs to enter the room. The token is the user's secret."""

    token = serializers.CharField()
    call_id = serializers.CharField(source="call.provider_call_id", help_text="The room's, at the provider.")
    call_type = serializers.CharField(source="call.stream_call_type")
    provider = serializers.CharField(source="call.provider")
    api_key = serializers.CharField(allow_null=True, help_text="Public; GetStream's clients need it.")
    url = serializers.CharField(allow_null=True, help_text="The server of a LiveKit room.")
    user_id = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    expires_in = serializers.IntegerField(help_text="Seconds.")


class ChatTokenSerializer(PlainSerializer):
    """What a client connects to Stream Chat with. The token is the user's secret."""

    api_key = serializers.CharField()
    token = serializers.CharField()
    user_id = serializers.CharField()
    channel_id = serializers.CharField()
    channel_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
