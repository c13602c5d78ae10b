"""Operations over REST."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.api.bulk import serializers as shapes
from calls.bulk.operations import cancel
from calls.bulk.representation import OperationSerializer
from calls.models import Operation
from liveplatform.accounts.scopes import ADMIN, READ
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import PlatformViewSet


@extend_schema_view(list=extend_schema(summary="The account's operations, newest first"))
class OperationViewSet(ListModelMixin, CallErrors, PlatformViewSet[Operation]):
    """`/v1/operations`"""

    queryset = Operation.objects.all()
    serializer_class = OperationSerializer
    list_serializer_class = shapes.OperationsSerializer
    lookup_url_kwarg = "operation_id"
    tags = ["Ending many calls"]
    bodyless_actions = frozenset({"cancel"})
    scopes = {"list": READ, "retrieve": READ, "cancel": ADMIN}
    unthrottled_actions = frozenset({"retrieve", "cancel"})
    errors = {"cancel": (409,)}

    @extend_schema(
        summary="An operation: progress, and calls remaining",
        responses=shapes.WatchedOperationSerializer,
    )
    def retrieve(self, request: Request, operation_id: UUID) -> Response:
        return Response(shapes.WatchedOperationSerializer.write(self.get_object()))

    @extend_schema(
        summary="Cancel an operation; calls that it ended stay ended",
        request=None,
        responses=shapes.WatchedOperationSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, operation_id: UUID) -> Response:
        operation = self.get_object()
        if not cancel(operation):
            raise Conflict("The operation is over already.", "operation_over")
        operation.refresh_from_db()
        return Response(shapes.WatchedOperationSerializer.write(operation))
