"""Deliveries over REST."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import PlatformViewSet
from liveplatform.webhooks.api import serializers as shapes
from liveplatform.webhooks.api.examples import DELIVERY
from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.replay import resend


@extend_schema_view(
    list=extend_schema(summary="Deliveries, newest first"),
    retrieve=extend_schema(summary="A delivery and its attempts", examples=[DELIVERY]),
)
class DeliveryViewSet(ListModelMixin, RetrieveModelMixin, PlatformViewSet[Delivery]):
    """`/v1/webhooks/deliveries`"""

    queryset = Delivery.objects.select_related("event").defer("event__body")
    serializer_class = shapes.DeliveryWithLogSerializer
    list_serializer_class = shapes.DeliveryListSerializer
    query_serializer = shapes.DeliveriesQuery
    lookup_url_kwarg = "delivery_id"
    tags = ["Webhooks"]
    bodyless_actions = frozenset({"resend"})
    scopes = {"list": READ, "retrieve": READ, "resend": WRITE}
    atomic_actions = frozenset({"resend"})

    def get_serializer_class(self) -> type[Serializer[Delivery]]:
        return shapes.DeliverySerializer if self.action == "list" else shapes.DeliveryWithLogSerializer

    def filter_queryset(self, queryset: QuerySet[Delivery, Any]) -> QuerySet[Delivery, Any]:
        return super().filter_queryset(queryset).defer("event__body", "log", "result")

    @extend_schema(
        summary="Send a delivery again, now",
        description="The same id and bytes, signed with the current secrets; retried as usual.",
        request=None,
        responses={202: shapes.DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, delivery_id: UUID) -> Response:
        delivery = self.get_object()
        if not delivery.endpoint.is_enabled:
            raise Conflict("The endpoint is disabled; enable it first.", "endpoint_disabled")
        if not resend(delivery):
            raise Conflict("The delivery is being sent at this moment.", "delivery_in_progress")
        delivery = self.get_object()
        if READ not in self.principal.scopes:
            delivery.error = ""
        return Response(shapes.DeliverySerializer.write(delivery), status=202)
