"""Requests and answers of agents."""

from typing import Any

from rest_framework import serializers

from calls.agents import validators
from calls.models import Agent
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    JSONBooleanField,
    JSONObjectField,
    PlainSerializer,
    StrictSerializer,
)
from liveplatform.egress.url_policy import MAX_URL_LENGTH


@request_example(
    "A voice bot",
    {
        "name": "Reception",
        "websocket_url": "wss://bot.example.com/phone",
        "codec": "audio/x-mulaw;rate=8000",
        "parameters": {"language": "en"},
    },
)
class AgentRequest(StrictSerializer):
    """An agent: exactly one of `answer_url`, `twiml` and `websocket_url`."""

    name = CleanCharField(min_length=1, max_length=100)
    description = CleanCharField(required=False, allow_blank=True, max_length=500)
    workspace = CleanCharField(required=False, min_length=1, max_length=100, help_text="Default: default.")
    answer_url = CleanCharField(
        required=False,
        allow_blank=True,
        max_length=MAX_URL_LENGTH,
        validators=[validators.validate_answer_url],
        help_text="A public https URL that answers the provider's XML. The call's variables are added to its "
        "query.",
    )
    twiml = CleanCharField(
        required=False,
        allow_blank=True,
        max_length=validators.MAX_TWIML,
        validators=[validators.validate_twiml],
        help_text="TwiML in which `{{name}}` is replaced by the call's variable of that name, as text.",
    )
    websocket_url = CleanCharField(
        required=False,
        allow_blank=True,
        max_length=MAX_URL_LENGTH,
        validators=[validators.validate_websocket_url],
        help_text="A public wss URL; the call's audio goes both ways over it until one side closes it.",
    )
    codec = serializers.ChoiceField(
        choices=Agent.Codec.choices,
        required=False,
        help_text="Of the WebSocket's audio. Default: audio/x-mulaw;rate=8000, the only one over Twilio.",
    )
    parameters = JSONObjectField(
        required=False,
        validators=[validators.validate_parameters],
        help_text="Texts by name, at most 50: the variables of calls that do not give them.",
    )
    is_active = JSONBooleanField(
        required=False, help_text="Default: true. Nobody is called with an inactive agent."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A change names its answer as a whole: giving one of the three takes the place of the others."""
        given = [name for name in validators.ANSWERS if attrs.get(name)]
        is_named = any(name in attrs for name in validators.ANSWERS)
        if len(given) != 1 and (is_named or not self.partial):
            raise serializers.ValidationError(validators.ONE_ANSWER)
        return attrs | {name: "" for name in validators.ANSWERS if given and name not in given}


class AgentSerializer(PlainSerializer):
    """An agent."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    workspace = serializers.CharField()
    answer_url = serializers.CharField(allow_null=True)
    twiml = serializers.CharField(allow_null=True)
    websocket_url = serializers.CharField(allow_null=True)
    codec = serializers.ChoiceField(choices=Agent.Codec.choices, help_text="Of the WebSocket's audio.")
    parameters = JSONObjectField()
    is_active = serializers.BooleanField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AgentsSerializer(EnvelopeSerializer):
    """A page of agents; `next_cursor` is null on the last."""

    agents = AgentSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
