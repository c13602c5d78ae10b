"""The webhooks section of the OpenAPI document, generated from the registered event types."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiWebhook,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from liveplatform.webhooks.event_types import EventType, event_types

TAGS = ["Webhooks"]

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


# For SPECTACULAR_SETTINGS["WEBHOOKS"]; drf-spectacular imports it when the document is first made.
WEBHOOKS = [_webhook(event_type) for event_type in event_types().values()]
