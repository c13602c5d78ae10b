"""The account's agents, as the telephony API shows them.

https://docs.callab.ai/api-reference/aiagent/get-all, https://docs.callab.ai/api-reference/aiagent/get-by-id
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from calls.agents.twiml import names_in
from calls.api.telephony.representation import Answer
from calls.api.telephony.surface import TELEPHONY
from calls.models import Agent
from liveplatform.accounts.scopes import READ
from liveplatform.api.pagination import WholeList
from liveplatform.api.serializers import EnvelopeSerializer, JSONObjectField, PlainSerializer
from liveplatform.api.surfaces import Null
from liveplatform.api.viewsets import PlatformViewSet

DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True)
class TelephonyAgent:
    """An agent as the vendor shows its own; what its bots are configured with is null."""

    agent: Agent

    language = prompt = starting_state = who_talks_first = None
    reminder_frequency_from = reminder_frequency_to = max_silence_duration = responsiveness = None
    voice_speed = voice_temperature = interruption_sensitivity = llm_temperature = None
    background_audio_status = None

    @property
    def status(self) -> str:
        return "active" if self.agent.is_active else "inactive"

    @property
    def agent_type(self) -> str:
        return "websocket" if self.agent.websocket_url else "twiml" if self.agent.twiml else "answer_url"

    @property
    def agent_dynamic_variables(self) -> dict[str, None]:
        """By name, without values: a value may be a secret."""
        return dict.fromkeys([*names_in(self.agent.twiml), *self.agent.parameters])

    @property
    def agent_flow(self) -> dict[str, Any]:
        return {}

    agent_post_call_outcomes = agent_flow


class TelephonyAgentSerializer(PlainSerializer):
    """An agent in the vendor's format.

    Without addresses and values, which may be secret: `/v1/agents` shows them to admin:live.
    """

    id = serializers.UUIDField(source="agent.id", help_text="The `ai_agent_id` of make-call.")
    name = serializers.CharField(source="agent.name")
    description = serializers.CharField(source="agent.description")
    language = Null(help_text="null")
    status = serializers.CharField(help_text="active or inactive")
    prompt = Null(help_text="null")
    starting_state = Null(help_text="null")
    who_talks_first = Null(help_text="null")
    reminder_frequency_from = Null(help_text="null")
    reminder_frequency_to = Null(help_text="null")
    max_silence_duration = Null(help_text="null")
    responsiveness = Null(help_text="null")
    voice_speed = Null(help_text="null")
    voice_temperature = Null(help_text="null")
    interruption_sensitivity = Null(help_text="null")
    llm_temperature = Null(help_text="null")
    agent_type = serializers.CharField(help_text="How it answers: answer_url, twiml or websocket.")
    background_audio_status = Null(help_text="null")
    workspace_id = serializers.CharField(source="agent.workspace")
    agent_flow = JSONObjectField(help_text="Empty.")
    agent_dynamic_variables = JSONObjectField(
        help_text="The names of the variables in its TwiML, and of its own; without their values."
    )
    agent_post_call_outcomes = JSONObjectField(help_text="Empty.")


class TelephonyAgentAnswer(PlainSerializer):
    """The envelope around an agent."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyAgentSerializer()  # type: ignore[assignment]


class TelephonyAgentsAnswer(EnvelopeSerializer):
    """The envelope around the agents of a workspace."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyAgentSerializer(many=True)  # type: ignore[assignment]


class TelephonyAgentViewSet(PlatformViewSet[Agent]):
    """`/ai-agent`, and the same under `/v1`"""

    queryset = Agent.objects.order_by("id")
    serializer_class = TelephonyAgentAnswer
    list_serializer_class = TelephonyAgentsAnswer
    pagination_class = WholeList
    lookup_url_kwarg = "agent_id"
    not_found = "There is no such agent in this account."
    surface = TELEPHONY
    tags = ["Telephony calls"]
    scopes = {"list": READ, "retrieve": READ}
    query_names = {"list": frozenset({"workspace"})}

    @extend_schema(
        summary="The account's agents (vendor's API)",
        parameters=[OpenApiParameter("workspace", description="Default: default.")],
    )
    def list(self, request: Request) -> Response:
        workspace = request.query_params.get("workspace", DEFAULT_WORKSPACE)
        found = self.get_queryset().filter(workspace=workspace)
        answer = Answer("AI agents retrieved successfully", [TelephonyAgent(agent) for agent in found])
        return Response(TelephonyAgentsAnswer.write(answer))

    @extend_schema(summary="One of the account's agents (vendor's API)")
    def retrieve(self, request: Request, agent_id: UUID) -> Response:
        answer = Answer("AI agent retrieved successfully", TelephonyAgent(self.get_object()))
        return Response(TelephonyAgentAnswer.write(answer))
