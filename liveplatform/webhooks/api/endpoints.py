"""Endpoints over REST."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.exceptions import Conflict
from liveplatform.api.serializers import PageQuery
from liveplatform.api.viewsets import DestroyMixin
from liveplatform.webhooks import endpoint_events, replay
from liveplatform.webhooks.api import serializers as shapes
from liveplatform.webhooks.api.examples import ENDPOINT, NEW_ENDPOINT, RECOVER
from liveplatform.webhooks.endpoints import TooManyEndpoints, create_endpoint, update_endpoint
from liveplatform.webhooks.models import Delivery, Endpoint

MAX_RECOVERY_PERIOD = timedelta(days=31)
CHANGING = ("create", "partial_update", "destroy", "rotate_secret", "test", "recover")


@extend_schema_view(
    list=extend_schema(summary="Endpoints, newest first"),
    retrieve=extend_schema(summary="An endpoint and its health"),
    destroy=extend_schema(summary="Delete an endpoint and its deliveries"),
)
class EndpointViewSet(ListModelMixin, RetrieveModelMixin, DestroyMixin[Endpoint]):
    """`/v1/webhooks/endpoints`: for admin:live alone, because a URL may hold a secret of the customer's."""

    queryset = Endpoint.objects.all()
    serializer_class = shapes.EndpointSerializer
    list_serializer_class = shapes.EndpointListSerializer
    query_serializer = PageQuery
    lookup_url_kwarg = "endpoint_id"
    locks_no_key = True  # deliveries are added meanwhile
    tags = ["Webhooks"]
    bodyless_actions = frozenset({"destroy", "test"})
    scopes = dict.fromkeys(("list", "retrieve", *CHANGING), ADMIN)
    atomic_actions = frozenset(CHANGING)

    def lock_enabled(self) -> Endpoint:
        """The endpoint of the URL, locked. Raises Conflict if it is disabled."""
        endpoint = self.lock_object()
        if not endpoint.is_enabled:
            raise Conflict("The endpoint is disabled; enable it first.", "endpoint_disabled")
        return endpoint

    @extend_schema(
        summary="Add an endpoint; its secret is shown only once",
        description=f"At most {settings.WEBHOOK_MAX_ENDPOINTS} per account. It receives new events only.",
        request=shapes.EndpointRequest,
        responses={201: shapes.EndpointWithSecretSerializer},
        examples=[NEW_ENDPOINT, ENDPOINT],
    )
    def create(self, request: Request) -> Response:
        fields = self.read(shapes.EndpointRequest)
        try:
            endpoint, secret = create_endpoint(self.principal.account_id, **fields)
        except TooManyEndpoints as error:
            raise Conflict(str(error), "too_many_endpoints") from error
        return _with_secret(endpoint, secret, status=201)

    @extend_schema(
        summary="Change, disable or enable an endpoint",
        description=(
            "While it is disabled, it gets no new deliveries, and deliveries that become due are skipped. "
            "Enabling it sends the skipped ones; `recover` sends the events that it missed."
        ),
        request=shapes.EndpointRequest(partial=True),
    )
    def partial_update(self, request: Request, endpoint_id: UUID) -> Response:
        changes = self.read(shapes.EndpointRequest, partial=True)
        endpoint = self.lock_object()
        update_endpoint(endpoint, changes)
        return Response(shapes.EndpointSerializer.write(endpoint))

    @extend_schema(
        summary="Rotate the secret; the new one is shown only once",
        description=(
            "For `overlap_hours`, messages carry a signature with each secret. 0 drops the old one "
            "at once; a second rotation drops the secret before it."
        ),
        request=shapes.RotateSecretRequest,
        responses=shapes.EndpointWithSecretSerializer,
    )
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, endpoint_id: UUID) -> Response:
        overlap = timedelta(hours=self.read(shapes.RotateSecretRequest)["overlap_hours"])
        endpoint = self.lock_object()
        secret = endpoint.new_secret(overlap)
        endpoint.save()
        return _with_secret(endpoint, secret)

    @extend_schema(
        summary="Send `endpoint.test` to this endpoint only",
        description="Get the delivery to see its result.",
        request=None,
        responses={202: shapes.DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.lock_enabled()
        sequence = endpoint_events.send_test(endpoint)
        delivery = Delivery.objects.select_related("event").get(
            endpoint=endpoint, event__subject_id=endpoint.pk, event__sequence=sequence
        )
        return Response(shapes.DeliverySerializer.write(delivery), status=202)

    @extend_schema(
        summary="Send all messages that the endpoint did not receive since a time",
        description=(
            "Failed and skipped deliveries are sent again; events of its types that have no delivery to it "
            "(it was disabled, or did not exist yet) are sent for the first time. At most 31 days at once."
        ),
        request=shapes.RecoverRequest,
        responses={202: shapes.RecoveredSerializer},
        examples=[RECOVER],
    )
    @action(detail=True, methods=["post"])
    def recover(self, request: Request, endpoint_id: UUID) -> Response:
        period = self.read(shapes.RecoverRequest)
        since, until = period["since"], period["until"] or timezone.now()
        if not timedelta() < until - since <= MAX_RECOVERY_PERIOD:
            raise ValidationError({"since": ["Give a time before `until`, by 31 days at most."]})
        redelivered, added = replay.recover(self.lock_enabled(), since, until)
        recovered = shapes.RecoveredSerializer.write_fields(again=redelivered, missed=added)
        return Response(recovered, status=202)


def _with_secret(endpoint: Endpoint, secret: str, status: int = 200) -> Response:
    answer = shapes.EndpointWithSecretSerializer.write_fields(endpoint, secret=secret)
    return Response(answer, status=status)
