"""What the webhooks API takes in and gives out."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from liveplatform.api.serializers import (
    CleanCharField,
    IdField,
    InstantField,
    JSONObjectField,
    StrictSerializer,
)
from liveplatform.egress.url_policy import MAX_URL_LENGTH
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.validators import validate_events, validate_url

Shape = serializers.Serializer[dict[str, Any]]


@extend_schema_field({"type": "string", "pattern": "^(evt_)?[0-9a-fA-F-]{32,36}$"})
class EventIdField(IdField):
    """An event's id, with or without its evt_."""

    def to_internal_value(self, data: Any) -> UUID:  # noqa: ANN401 - whatever was sent
        return super().to_internal_value(str(data).removeprefix("evt_"))


class EndpointRequest(StrictSerializer):
    """An endpoint, new or changed."""

    url = CleanCharField(max_length=MAX_URL_LENGTH, validators=[validate_url], help_text="https, and public.")
    description = CleanCharField(required=False, allow_blank=True, max_length=200)
    events = serializers.ListField(
        child=CleanCharField(max_length=60),
        required=False,
        max_length=50,
        validators=[validate_events],
        help_text='Types such as call.ended, or groups such as "call.*". Empty: all.',
    )
    is_enabled = serializers.BooleanField(required=False)


class RotateSecretRequest(StrictSerializer):
    """How long the old secret shall sign beside the new one."""

    overlap_hours = serializers.IntegerField(required=False, min_value=0, max_value=24 * 7, default=24)


class RecoverRequest(StrictSerializer):
    """The time whose events were not received."""

    since = InstantField()
    until = InstantField(required=False, allow_null=True, default=None, help_text="Default: now.")


class PageQuery(StrictSerializer):
    """Which page of a list."""

    cursor = CleanCharField(required=False, help_text="`next_cursor` of the page before.")
    limit = CleanCharField(required=False, help_text="Rows in a page, 1 to 200; default 50.")


class EventsQuery(PageQuery):
    """Which events."""

    type = CleanCharField(required=False, max_length=60, help_text="Only events of this type.")
    call = IdField(required=False, help_text="Only events about this call.")


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    event = EventIdField(required=False, help_text="Only deliveries of this event.")
    endpoint = IdField(required=False, help_text="Only deliveries to this endpoint.")
    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    call = IdField(required=False, help_text="Only deliveries of events about this call.")


class EndpointSerializer(Shape):
    """An endpoint, without its secret."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(allow_null=True)
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failure since it last worked."
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then messages are signed with the old secret too."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EndpointWithSecretSerializer(EndpointSerializer):
    """An endpoint with its secret, shown this once."""

    secret = serializers.CharField()


class EndpointListSerializer(Shape):
    """A page of endpoints; `next_cursor` is null on the last."""

    endpoints = EndpointSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RecoveredSerializer(Shape):
    """How many messages are on their way again, and how many for the first time."""

    again = serializers.IntegerField()
    missed = serializers.IntegerField()


class EventSerializer(Shape):
    """An event, without its body."""

    id = serializers.CharField(help_text="The webhook-id header of its messages.")
    type = serializers.CharField()
    subject = serializers.UUIDField(help_text="What it is about: the call.")
    sequence = serializers.IntegerField(help_text="Counts the events about one subject.")
    created_at = serializers.DateTimeField()


class EventListSerializer(Shape):
    """A page of events; `next_cursor` is null on the last."""

    events = EventSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DeliverySerializer(Shape):
    """One event on its way to one endpoint."""

    id = serializers.UUIDField()
    event_id = serializers.CharField()
    event_type = serializers.CharField()
    subject = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    attempts = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True, help_text="What went wrong last.")
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class DeliveryWithLogSerializer(DeliverySerializer):
    """A delivery with every attempt at it."""

    log = serializers.ListField(child=JSONObjectField(), help_text="One entry per attempt.")


class DeliveryListSerializer(Shape):
    """A page of deliveries; `next_cursor` is null on the last."""

    deliveries = DeliverySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EventWithBodySerializer(EventSerializer):
    """An event with the body as it is sent, and where it went."""

    body = JSONObjectField()
    deliveries = DeliverySerializer(many=True)


def endpoint_json(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as this API shows it."""
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": endpoint.events,
        "is_enabled": endpoint.is_enabled,
        "disabled_reason": endpoint.disabled_reason or None,
        "failing_since": endpoint.failing_since,
        "previous_secret_until": endpoint.previous_secret_until,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as this API shows it."""
    return {
        "id": event.message_id,
        "type": event.type,
        "subject": event.subject_id,
        "sequence": event.sequence,
        "created_at": event.created_at,
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery as this API shows it; wants its event at hand."""
    return {
        "id": delivery.pk,
        "event_id": delivery.event.message_id,
        "event_type": delivery.event.type,
        "subject": delivery.event.subject_id,
        "endpoint_id": delivery.endpoint_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "max_attempts": delivery.max_attempts,
        "next_attempt_at": delivery.due_at if delivery.state == Delivery.State.PENDING else None,
        "error": delivery.error or None,
        "created_at": delivery.created_at,
        "settled_at": delivery.settled_at,
    }
