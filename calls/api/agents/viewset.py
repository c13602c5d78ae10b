"""Agents over REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.agents.changes import MAX_AGENTS, AgentConflict, create_agent, update_agent
from calls.api.agents import serializers as shapes
from calls.models import Agent
from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.exceptions import Conflict
from liveplatform.api.serializers import PageQuery
from liveplatform.api.viewsets import DestroyMixin

CHANGING = ("create", "partial_update", "destroy")


@extend_schema_view(
    list=extend_schema(summary="Agents, newest first"),
    retrieve=extend_schema(summary="An agent"),
    destroy=extend_schema(
        summary="Delete an agent; its calls keep its id",
        description="Calls with it that are not answered yet may be hung up when they are.",
    ),
)
class AgentViewSet(ListModelMixin, RetrieveModelMixin, DestroyMixin[Agent]):
    """`/v1/agents`: for admin:live alone, because an address or a parameter may hold a customer's secret."""

    queryset = Agent.objects.all()
    serializer_class = shapes.AgentSerializer
    list_serializer_class = shapes.AgentsSerializer
    query_serializer = PageQuery
    lookup_url_kwarg = "agent_id"
    not_found = "There is no such agent in this account."
    tags = ["Agents"]
    scopes = dict.fromkeys(("list", "retrieve", *CHANGING), ADMIN)
    atomic_actions = frozenset(CHANGING)

    @extend_schema(
        summary="Add an agent",
        description=f"At most {MAX_AGENTS} per account; names are unique in it, whatever their case.",
        request=shapes.AgentRequest,
    )
    def create(self, request: Request) -> Response:
        values = self.read(shapes.AgentRequest)
        with _conflicts():
            agent = create_agent(self.principal.account_id, values, actor=self.principal.label)
        return Response(shapes.AgentSerializer.write(agent), status=201)

    @extend_schema(
        summary="Change, deactivate or activate an agent",
        description="One of answer_url, twiml and websocket_url takes the place of the one before.",
        request=shapes.AgentRequest(partial=True),
    )
    def partial_update(self, request: Request, agent_id: UUID) -> Response:
        changes = self.read(shapes.AgentRequest, partial=True)
        agent = self.lock_object()
        with _conflicts():
            update_agent(agent, changes)
        return Response(shapes.AgentSerializer.write(agent))


@contextmanager
def _conflicts() -> Iterator[None]:
    """AgentConflict as 409."""
    try:
        yield
    except AgentConflict as error:
        raise Conflict(str(error), "agent_conflict") from error
