"""Events over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.serializers import Serializer

from liveplatform.accounts.scopes import READ
from liveplatform.api.viewsets import PlatformViewSet
from liveplatform.webhooks.api import serializers as shapes
from liveplatform.webhooks.models import Event


@extend_schema_view(
    list=extend_schema(summary="Events, newest first"),
    retrieve=extend_schema(summary="An event with its body and its deliveries"),
)
class EventViewSet(ListModelMixin, RetrieveModelMixin, PlatformViewSet[Event]):
    """`/v1/webhooks/events`"""

    queryset = Event.objects.all()
    serializer_class = shapes.EventWithBodySerializer
    list_serializer_class = shapes.EventListSerializer
    query_serializer = shapes.EventsQuery
    lookup_url_kwarg = "event_id"
    lookup_value_converter = "event_id"
    tags = ["Webhooks"]
    scopes = {"list": READ, "retrieve": READ}

    def get_serializer_class(self) -> type[Serializer[Event]]:
        return shapes.EventSerializer if self.action == "list" else shapes.EventWithBodySerializer

    def filter_queryset(self, queryset: QuerySet[Event, Any]) -> QuerySet[Event, Any]:
        return super().filter_queryset(queryset).defer("body")
