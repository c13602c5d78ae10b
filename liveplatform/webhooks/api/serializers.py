"""Serializers of the webhooks API: queries, request bodies and answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    InstantField,
    JSONObjectField,
    PageQuery,
    PlainSerializer,
    StrictSerializer,
)
from liveplatform.egress.url_policy import MAX_URL_LENGTH
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Delivery, Event, Payload
from liveplatform.webhooks.validators import validate_events, validate_url


@extend_schema_field({"type": "string", "pattern": "^(evt_)?[0-9a-fA-F-]{32,36}$"})
class EventIdField(IdField):
    """An event's id, with or without its evt_."""

    def to_internal_value(self, data: Any) -> UUID:  # noqa: ANN401 - unvalidated
        return super().to_internal_value(str(data).removeprefix("evt_"))


class EndpointRequest(StrictSerializer):
    """The body of a new or changed endpoint."""

    url = CleanCharField(
        max_length=MAX_URL_LENGTH, validators=[validate_url], help_text="A public https URL."
    )
    description = CleanCharField(required=False, allow_blank=True, max_length=200)
    events = serializers.ListField(
        child=CleanCharField(max_length=60),
        required=False,
        max_length=50,
        validators=[validate_events],
        help_text='Event types (call.ended) or groups ("call.*"). Empty: all.',
    )
    payload = serializers.ChoiceField(
        choices=Payload.choices,
        required=False,
        help_text="full (default): the whole event; thin: ids and states only. It applies to new messages.",
    )
    is_enabled = serializers.BooleanField(required=False)


class RotateSecretRequest(StrictSerializer):
    """How long messages are signed with the old secret, too."""

    overlap_hours = serializers.IntegerField(required=False, min_value=0, max_value=24 * 7, default=24)


class RecoverRequest(StrictSerializer):
    """The period whose events were not received."""

    since = InstantField()
    until = InstantField(required=False, allow_null=True, default=None, help_text="Default: now.")


class EventsQuery(PageQuery):
    """Which events."""

    type = CleanCharField(required=False, max_length=60, help_text="Only events of this type.")
    call = IdField(source="subject_id", required=False, help_text="Only events about this call.")

    def validate_type(self, value: str) -> str:
        if value not in event_types():
            known = ", ".join(event_types())
            raise serializers.ValidationError(f"There is no such type of event; there are {known}.")
        return value


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    event = EventIdField(source="event_id", required=False, help_text="Only deliveries of this event.")
    endpoint = IdField(source="endpoint_id", required=False, help_text="Only deliveries to this endpoint.")
    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    call = IdField(
        source="event__subject_id", required=False, help_text="Only deliveries of events about this call."
    )


class EndpointSerializer(PlainSerializer):
    """An endpoint, without its secret."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    payload = serializers.ChoiceField(choices=Payload.choices)
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(allow_null=True)
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The time of the first failure since the last success."
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then messages are signed with the old secret, too."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EndpointWithSecretSerializer(EndpointSerializer):
    """An endpoint with its secret, shown only once."""

    secret = serializers.CharField()


class EndpointListSerializer(EnvelopeSerializer):
    """A page of endpoints; `next_cursor` is null on the last."""

    endpoints = EndpointSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RecoveredSerializer(PlainSerializer):
    """The number of messages sent again, and of those sent for the first time."""

    again = serializers.IntegerField()
    missed = serializers.IntegerField()


class EventSerializer(PlainSerializer):
    """An event, without its body."""

    id = serializers.CharField(source="message_id", help_text="The `webhook-id` header of its messages.")
    type = serializers.CharField()
    subject = serializers.UUIDField(
        source="subject_id", help_text="The id of the object of the event, mostly a call."
    )
    sequence = serializers.IntegerField(help_text="Numbers the events of one subject.")
    created_at = serializers.DateTimeField()


class EventListSerializer(EnvelopeSerializer):
    """A page of events; `next_cursor` is null on the last."""

    events = EventSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DeliverySerializer(PlainSerializer):
    """The delivery of one event to one endpoint."""

    id = serializers.UUIDField()
    event_id = serializers.CharField(source="event.message_id")
    event_type = serializers.CharField(source="event.type")
    subject = serializers.UUIDField(source="event.subject_id")
    endpoint_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    attempts = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True, help_text="The error of the last attempt.")
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def get_next_attempt_at(delivery: Delivery) -> datetime | None:
        return delivery.due_at if delivery.state == Delivery.State.PENDING else None


class DeliveryWithLogSerializer(DeliverySerializer):
    """A delivery and its attempts."""

    log = serializers.ListField(child=JSONObjectField(), help_text="One entry per attempt.")


class DeliveryListSerializer(EnvelopeSerializer):
    """A page of deliveries; `next_cursor` is null on the last."""

    deliveries = DeliverySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EventWithBodySerializer(EventSerializer):
    """An event with its body and its deliveries."""

    body = JSONObjectField()
    deliveries = DeliverySerializer(many=True)

    @staticmethod
    def get_body(event: Event) -> Any:  # noqa: ANN401 - JSON
        return orjson.loads(event.body)

    @staticmethod
    def get_deliveries(event: Event) -> list[dict[str, Any]]:
        deliveries = event.deliveries.defer("log", "result").order_by("id")
        return [DeliverySerializer.write(delivery) for delivery in deliveries]
