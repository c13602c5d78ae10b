"""Events and deliveries over REST: what was told, to whom, and how it went."""

from typing import Any, cast
from uuid import UUID

import orjson
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.api.exceptions import Conflict, error_responses
from liveplatform.api.pagination import keyset_page
from liveplatform.api.principal import Principal
from liveplatform.api.viewsets import PlatformView
from liveplatform.webhooks.api import serializers as shapes
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.webhooks.replay import resend
from liveplatform.webhooks.schema import DELIVERY, TAGS

READ, WRITE = {"GET": "read:live"}, {"POST": "write:live"}
# An event has one delivery per endpoint; an account has far fewer endpoints than this.
MAX_DELIVERIES_SHOWN = 200


class EventsView(PlatformView):
    """`/v1/webhooks/events`"""

    scopes = READ

    @extend_schema(
        operation_id="webhooks_events_list",
        tags=TAGS,
        summary="What was told, newest first",
        parameters=[shapes.EventsQuery],
        responses={200: shapes.EventListSerializer, **error_responses("platform", 400)},
    )
    def get(self, request: Request) -> Response:
        wanted = queried(request, shapes.EventsQuery)
        events = Event.objects.filter(account_id=tenant(request)).defer("body")
        if "type" in wanted:
            events = events.filter(type=wanted["type"])
        if "call" in wanted:
            events = events.filter(subject_id=wanted["call"])
        page, cursor = keyset_page(events, request)
        return Response({"events": [shapes.event_json(e) for e in page], "next_cursor": cursor})


class EventView(PlatformView):
    """`/v1/webhooks/events/{id}`"""

    scopes = READ

    @extend_schema(
        operation_id="webhooks_events_get",
        tags=TAGS,
        summary="One event: its body as it is sent, and its deliveries",
        responses={200: shapes.EventWithBodySerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, event_id: UUID) -> Response:
        event = Event.objects.filter(pk=event_id, account_id=tenant(request)).first()
        if event is None:
            raise NotFound("There is no such event in this account.")
        found = event.deliveries.defer("log", "result").order_by("id")[:MAX_DELIVERIES_SHOWN]
        deliveries = [shapes.delivery_json(_of(event, d)) for d in found]
        body = orjson.loads(event.body)
        return Response(shapes.event_json(event) | {"body": body, "deliveries": deliveries})


class DeliveriesView(PlatformView):
    """`/v1/webhooks/deliveries`"""

    scopes = READ

    @extend_schema(
        operation_id="webhooks_deliveries_list",
        tags=TAGS,
        summary="What is on its way or has arrived, newest first",
        parameters=[shapes.DeliveriesQuery],
        responses={200: shapes.DeliveryListSerializer, **error_responses("platform", 400)},
    )
    def get(self, request: Request) -> Response:
        wanted = queried(request, shapes.DeliveriesQuery)
        page, cursor = keyset_page(self._wanted(request, wanted), request)
        return Response({"deliveries": [shapes.delivery_json(d) for d in page], "next_cursor": cursor})

    def _wanted(self, request: Request, wanted: dict[str, Any]) -> QuerySet[Delivery]:
        columns = {
            "event": "event_id",
            "endpoint": "endpoint_id",
            "state": "state",
            "call": "event__subject_id",
        }
        filters = {columns[name]: value for name, value in wanted.items() if name in columns}
        own = Delivery.objects.filter(account_id=tenant(request), **filters)
        return own.select_related("event").defer("event__body", "log", "result")


class DeliveryView(PlatformView):
    """`/v1/webhooks/deliveries/{id}`"""

    scopes = READ

    @extend_schema(
        operation_id="webhooks_deliveries_get",
        tags=TAGS,
        summary="One delivery, with every attempt at it",
        responses={200: shapes.DeliveryWithLogSerializer, **error_responses("platform", 404)},
        examples=[DELIVERY],
    )
    def get(self, request: Request, delivery_id: UUID) -> Response:
        delivery = own_delivery(request, delivery_id)
        return Response(shapes.delivery_json(delivery) | {"log": delivery.log})


class DeliveryResendView(PlatformView):
    """`/v1/webhooks/deliveries/{id}/resend`"""

    scopes = WRITE
    atomic = True

    @extend_schema(
        operation_id="webhooks_deliveries_resend",
        tags=TAGS,
        summary="Send a delivery again, now",
        description="The same id and the very bytes, signed with the secret of the day; retried as ever.",
        request=None,
        responses={202: shapes.DeliverySerializer, **error_responses("platform", 404, 409)},
    )
    def post(self, request: Request, delivery_id: UUID) -> Response:
        delivery = own_delivery(request, delivery_id)
        if not delivery.endpoint.is_enabled:
            raise Conflict("The endpoint is disabled; enable it first.")
        if not resend(delivery):
            raise Conflict("The delivery is being sent at this moment.")
        return Response(shapes.delivery_json(own_delivery(request, delivery_id)), status=202)


def tenant(request: Request) -> UUID:
    """The account that every query is bound to."""
    return cast(Principal, request.user).account_id


def queried(request: Request, query: type[shapes.PageQuery]) -> dict[str, Any]:
    """The query's parameters, checked; unknown ones are refused by name."""
    sent = query(data=request.query_params.dict())
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def own_delivery(request: Request, delivery_id: UUID) -> Delivery:
    """The account's delivery with this id, or 404."""
    found = Delivery.objects.filter(pk=delivery_id, account_id=tenant(request))
    delivery = found.select_related("event", "endpoint").defer("event__body").first()
    if delivery is None:
        raise NotFound("There is no such delivery in this account.")
    return delivery


def _of(event: Event, delivery: Delivery) -> Delivery:
    delivery.event = event
    return delivery
