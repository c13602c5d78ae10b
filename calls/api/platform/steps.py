"""The post-processing steps of a call over REST."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.api.platform import serializers as shapes
from calls.lifecycle.lookup import get_call
from calls.models import Step
from calls.post_processing.rerun import rerun_step
from calls.representation import StepSerializer
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.exceptions import Conflict
from liveplatform.api.pagination import WholeList
from liveplatform.api.viewsets import PlatformViewSet

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=Step.Kind.values)


@extend_schema_view(list=extend_schema(summary="The post-processing steps and their states"))
class StepViewSet(ListModelMixin, CallErrors, PlatformViewSet[Step]):
    """`/v1/calls/{id}/steps`"""

    queryset = Step.objects.order_by("id")
    serializer_class = StepSerializer
    list_serializer_class = shapes.StepsSerializer
    pagination_class = WholeList
    account_field = "call__account_id"
    not_found = "The call has no step '{kind:.20}'."
    lookup_field = "kind"
    lookup_value_converter = "slug"
    tags = ["Calls"]
    bodyless_actions = frozenset({"run"})
    scopes = {"list": READ, "run": WRITE}
    errors = {"run": (409,)}

    def get_queryset(self) -> QuerySet[Step]:
        """The steps of the account's call in the URL. Raises CallNotFound."""
        call = get_call(self.kwargs["call_id"], self.principal.account_id)
        return super().get_queryset().filter(call=call)

    @extend_schema(
        summary="Run a settled step again",
        parameters=[KIND],
        request=None,
        responses={202: shapes.DoneSerializer},
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, call_id: UUID, kind: str) -> Response:
        step = self.get_object()
        if not step.is_settled:
            raise Conflict(f"The step is {step.state}; a worker runs it anyway.", "step_not_settled")
        done = shapes.DoneSerializer.write_fields(message=rerun_step(step, self.principal.label))
        return Response(done, status=202)
