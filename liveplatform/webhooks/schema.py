"""The webhooks section of the OpenAPI document, generated from the registered event types."""

from typing import Any

import orjson
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiWebhook,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from liveplatform.json_codec import dumps
from liveplatform.webhooks.event_types import EventType, event_types
from liveplatform.webhooks.thin import thin_body

TAGS = ["Events sent to endpoints"]  # not "Webhooks", of which a generator makes the class of the endpoints
THIN = "thin"  # the name of the webhook that is any event, thin

DESCRIPTION = (
    "Answer 2xx within 15 seconds. 410 disables the endpoint; anything else is retried for three days.\n\n"
    "Headers: `webhook-id` is the same for every attempt; use it to detect duplicates. "
    "`webhook-timestamp` is this attempt's Unix time; refuse messages older than five minutes. "
    "`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; two of them, "
    "separated by a space, while a secret is rotated."
)


def _webhook(event_type: EventType) -> OpenApiWebhook:
    return OpenApiWebhook(
        name=event_type.name,
        decorator=extend_schema(
            operation_id=event_type.name.replace(".", "_"),
            tags=TAGS,
            summary=event_type.description,
            description=DESCRIPTION,
            request=_body(event_type),
            examples=[OpenApiExample("A message", value=_example(event_type))],
            responses={"2XX": None},
        ),
    )


def _body(event_type: EventType) -> serializers.Serializer[Any]:
    """The body of a message of this type (Standard Webhooks 1.0.0)."""
    name = "".join(word.capitalize() for word in event_type.name.replace(".", "_").split("_"))
    type_field = type("TypeField", (serializers.CharField,), {})
    return inline_serializer(
        f"{name}Event",
        {
            "type": extend_schema_field({"type": "string", "const": event_type.name})(type_field)(),
            "timestamp": serializers.DateTimeField(help_text="When it happened."),
            "sequence": serializers.IntegerField(
                help_text="Numbers the events of one subject, without gaps."
            ),
            "data": event_type.data(),
        },
    )


def _example(event_type: EventType) -> dict[str, Any]:
    return {
        "type": event_type.name,
        "timestamp": "2026-11-21T02:57:48.438000Z",
        "sequence": 1,
        "data": dict(event_type.example),
    }


class ThinObject(serializers.Serializer[Any]):
    """An object of an event: its id, and its state by the name that it has in the API."""

    id = serializers.CharField()
    status = serializers.CharField(required=False, help_text="Of a call, a session and what it has.")
    state = serializers.CharField(required=False, help_text="Of a bulk operation or a registration.")
    is_enabled = serializers.BooleanField(required=False, help_text="Of an endpoint.")


class ThinData(serializers.Serializer[Any]):
    """The objects that the event is about."""

    call = ThinObject(required=False)
    session = ThinObject(required=False)
    registration = ThinObject(required=False)
    question = ThinObject(required=False)
    recording = ThinObject(required=False)
    stream = ThinObject(required=False)
    livestream = ThinObject(required=False)
    operation = ThinObject(required=False)
    endpoint = ThinObject(required=False)


class ThinEvent(serializers.Serializer[Any]):
    """Any event, as an endpoint with `payload: thin` gets it."""

    type = serializers.CharField()
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    sequence = serializers.IntegerField(help_text="Numbers the events of one subject, without gaps.")
    vars()["data"] = ThinData()  # `data` is an attribute of every serializer


def thin_example(event_type: EventType) -> dict[str, Any]:
    """The thin message of the example of this type."""
    thin: dict[str, Any] = orjson.loads(thin_body(dumps(_example(event_type)).decode()))
    return thin


def _thin_webhook() -> OpenApiWebhook:
    example = thin_example(event_types()["endpoint.test"])
    return OpenApiWebhook(
        name=THIN,
        decorator=extend_schema(
            operation_id="thin_event",
            tags=TAGS,
            summary="Any event, sent to an endpoint with `payload: thin`",
            description=f"Read the rest from the API.\n\n{DESCRIPTION}",
            request=ThinEvent,
            examples=[OpenApiExample("A thin message", value=example)],
            responses={"2XX": None},
        ),
    )


# For SPECTACULAR_SETTINGS["WEBHOOKS"]; drf-spectacular imports it when the document is first made.
WEBHOOKS = [_webhook(event_type) for event_type in event_types().values()] + [_thin_webhook()]
