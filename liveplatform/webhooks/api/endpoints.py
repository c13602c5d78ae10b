"""Endpoints over REST: where events go, their secrets, their tests, and catching up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.models import Account
from liveplatform.api.exceptions import Conflict, error_responses
from liveplatform.api.pagination import keyset_page
from liveplatform.api.serializers import StrictSerializer
from liveplatform.api.viewsets import PlatformView
from liveplatform.webhooks import endpoint_events, endpoints
from liveplatform.webhooks.api import serializers as shapes
from liveplatform.webhooks.api.deliveries import queried, tenant
from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.replay import recover
from liveplatform.webhooks.schema import ENDPOINT, NEW_ENDPOINT, RECOVER, TAGS

MAX_RECOVERY_PERIOD = timedelta(days=31)


class EndpointAdminView(PlatformView):
    """What only admin:live may do: a URL may carry a secret of the customer's."""

    scopes = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), "admin:live")
    atomic = True

    def endpoint(self, request: Request, endpoint_id: UUID) -> Endpoint:
        """The account's endpoint with this id, locked if it may change; or 404."""
        found = Endpoint.objects.filter(pk=endpoint_id, account_id=tenant(request))
        if request.method != "GET":
            found = found.select_for_update(no_key=True)
        endpoint = found.first()
        if endpoint is None:
            raise NotFound("There is no such endpoint in this account.")
        return endpoint

    def enabled(self, request: Request, endpoint_id: UUID) -> Endpoint:
        """The same, or 409 if nothing is sent there."""
        endpoint = self.endpoint(request, endpoint_id)
        if not endpoint.is_enabled:
            raise Conflict("The endpoint is disabled; enable it first.")
        return endpoint


class EndpointsView(EndpointAdminView):
    """`/v1/webhooks/endpoints`"""

    @extend_schema(
        operation_id="webhooks_endpoints_list",
        tags=TAGS,
        summary="Where events go, newest first",
        parameters=[shapes.PageQuery],
        responses={200: shapes.EndpointListSerializer, **error_responses("platform", 400)},
    )
    def get(self, request: Request) -> Response:
        queried(request, shapes.PageQuery)
        page, cursor = keyset_page(Endpoint.objects.filter(account_id=tenant(request)), request)
        return Response({"endpoints": [shapes.endpoint_json(e) for e in page], "next_cursor": cursor})

    @extend_schema(
        operation_id="webhooks_endpoints_create",
        tags=TAGS,
        summary="Add an endpoint; its secret is shown this once",
        description=f"At most {settings.WEBHOOK_MAX_ENDPOINTS} in an account. Events from now on go there.",
        request=shapes.EndpointRequest,
        responses={201: shapes.EndpointWithSecretSerializer, **error_responses("platform", 400, 409)},
        examples=[NEW_ENDPOINT, ENDPOINT],
    )
    def post(self, request: Request) -> Response:
        wish = _checked(shapes.EndpointRequest(data=request.data))
        _room_for_one_more(tenant(request))
        endpoint = Endpoint(account_id=tenant(request), **wish)
        return _with_secret(endpoint, endpoint.new_secret(), status=201)


class EndpointView(EndpointAdminView):
    """`/v1/webhooks/endpoints/{id}`"""

    @extend_schema(
        operation_id="webhooks_endpoints_get",
        tags=TAGS,
        summary="One endpoint, and how it fares",
        responses={200: shapes.EndpointSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return Response(shapes.endpoint_json(self.endpoint(request, endpoint_id)))

    @extend_schema(
        operation_id="webhooks_endpoints_update",
        tags=TAGS,
        summary="Change an endpoint, disable it or enable it",
        description=(
            "While it is disabled, new events are not kept for it, and deliveries that come due are skipped. "
            "Once it is enabled the skipped ones are sent; `recover` sends the events it missed."
        ),
        request=shapes.EndpointRequest(partial=True),
        responses={200: shapes.EndpointSerializer, **error_responses("platform", 400, 404)},
    )
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(request, endpoint_id)
        wish = _checked(shapes.EndpointRequest(data=request.data, partial=True))
        enabled = wish.pop("is_enabled", endpoint.is_enabled)
        for name, value in wish.items():
            setattr(endpoint, name, value)
        endpoint.save(update_fields=[*wish, "updated_at"])
        if enabled and not endpoint.is_enabled:
            endpoints.enable(endpoint)
        elif endpoint.is_enabled and not enabled:
            endpoints.disable(endpoint)
        return Response(shapes.endpoint_json(endpoint))

    @extend_schema(
        operation_id="webhooks_endpoints_delete",
        tags=TAGS,
        summary="Delete an endpoint and the record of its deliveries",
        responses={204: None, **error_responses("platform", 404)},
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        self.endpoint(request, endpoint_id).delete()
        return Response(status=204)


class RotateSecretView(EndpointAdminView):
    """`/v1/webhooks/endpoints/{id}/rotate-secret`"""

    @extend_schema(
        operation_id="webhooks_endpoints_rotate_secret",
        tags=TAGS,
        summary="Make a new secret, shown this once",
        description=(
            "Until `overlap_hours` are over, messages carry a signature of each secret. 0 drops the old one "
            "at once; so does a second rotation for the one before."
        ),
        request=shapes.RotateSecretRequest,
        responses={200: shapes.EndpointWithSecretSerializer, **error_responses("platform", 400, 404)},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(request, endpoint_id)
        wish = _checked(shapes.RotateSecretRequest(data=request.data))
        return _with_secret(endpoint, endpoint.new_secret(timedelta(hours=wish["overlap_hours"])))


class TestEndpointView(EndpointAdminView):
    """`/v1/webhooks/endpoints/{id}/test`"""

    @extend_schema(
        operation_id="webhooks_endpoints_test",
        tags=TAGS,
        summary="Send `endpoint.test` to this endpoint alone",
        description="Ask for the delivery to see how it went.",
        request=None,
        responses={202: shapes.DeliverySerializer, **error_responses("platform", 404, 409)},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.enabled(request, endpoint_id)
        sequence = endpoint_events.send_test(endpoint)
        sent = Delivery.objects.select_related("event")
        delivery = sent.get(endpoint=endpoint, event__subject_id=endpoint.pk, event__sequence=sequence)
        return Response(shapes.delivery_json(delivery), status=202)


class RecoverEndpointView(EndpointAdminView):
    """`/v1/webhooks/endpoints/{id}/recover`"""

    @extend_schema(
        operation_id="webhooks_endpoints_recover",
        tags=TAGS,
        summary="Send everything that the endpoint did not receive since a time",
        description=(
            "What failed or was skipped is sent again, and events that the endpoint wants and was never sent "
            "(it was disabled, or did not exist yet) for the first time. At most 31 days at once."
        ),
        request=shapes.RecoverRequest,
        responses={202: shapes.RecoveredSerializer, **error_responses("platform", 400, 404, 409)},
        examples=[RECOVER],
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        wish = _checked(shapes.RecoverRequest(data=request.data))
        since, until = wish["since"], wish["until"] or timezone.now()
        if not timedelta() < until - since <= MAX_RECOVERY_PERIOD:
            raise ValidationError({"since": ["Give a time before `until`, by 31 days at most."]})
        again, missed = recover(self.enabled(request, endpoint_id), since, until)
        return Response({"again": again, "missed": missed}, status=202)


def _room_for_one_more(account_id: UUID) -> None:
    """Conflict if the account has its share; whoever adds another at this moment waits and counts anew."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if Endpoint.objects.filter(account_id=account_id).count() >= settings.WEBHOOK_MAX_ENDPOINTS:
        raise Conflict(f"The account has {settings.WEBHOOK_MAX_ENDPOINTS} endpoints; delete one first.")


def _checked(body: StrictSerializer) -> dict[str, Any]:
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _with_secret(endpoint: Endpoint, secret: str, status: int = 200) -> Response:
    endpoint.save()
    endpoint.refresh_from_db()
    return Response(shapes.endpoint_json(endpoint) | {"secret": secret}, status=status)
