"""OpenAPI: examples of the webhooks API, and the webhooks section, generated from the event types."""

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

NEW_ENDPOINT = OpenApiExample(
    "An endpoint for everything about calls",
    value={"url": "https://hooks.example.com/live", "events": ["call.*"], "description": "CRM"},
    request_only=True,
)
ENDPOINT = OpenApiExample(
    "The new endpoint",
    value={
        "id": "01a1fc0a-b396-75ee-a518-ed4619cc3887",
        "url": "https://hooks.example.com/live",
        "description": "CRM",
        "events": ["call.*"],
        "is_enabled": True,
        "disabled_reason": None,
        "failing_since": None,
        "previous_secret_until": None,
        "created_at": "2026-11-21T02:57:48.438000Z",
        "updated_at": "2026-11-21T02:57:48.438000Z",
        "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDZGVtbyBvbmx5IQ==",
    },
    response_only=True,
)
RECOVER = OpenApiExample(
    "Everything since the outage began", value={"since": "2026-11-20T22:00:00Z"}, request_only=True
)
DELIVERY = OpenApiExample(
    "Delivered at the second attempt",
    value={
        "id": "01a1fc0a-b396-75ee-9f1c-2b1d6a8e4c55",
        "event_id": "evt_01a1fc0ab39675eea518ed4619cc3887",
        "event_type": "call.ended",
        "subject": "01a1fc09-0000-7000-8000-000000000001",
        "endpoint_id": "01a1fb00-0000-7000-8000-000000000002",
        "state": "done",
        "attempts": 2,
        "max_attempts": 11,
        "next_attempt_at": None,
        "error": None,
        "created_at": "2026-11-21T02:57:48.438000Z",
        "settled_at": "2026-11-21T02:57:53.951000Z",
        "log": [
            {
                "attempt": 1,
                "at": "2026-11-21T02:57:48.450000+00:00",
                "ms": 12,
                "outcome": "again",
                "error": "The receiver answered 500.",
                "status": 500,
                "answer": "oops",
            },
            {
                "attempt": 2,
                "at": "2026-11-21T02:57:53.940000+00:00",
                "ms": 9,
                "outcome": "done",
                "status": 200,
            },
        ],
    },
    response_only=True,
)


DESCRIPTION = (
    "Answer 2xx within 15 seconds. 410 disables the endpoint; anything else is retried for three days.\n\n"
    "Headers: `webhook-id` is the same at every attempt, so tell repeats by it. `webhook-timestamp` is "
    "this attempt's Unix time; refuse what is older than five minutes. `webhook-signature` is `v1,` and the "
    "base64 of HMAC-SHA256 over `id.timestamp.body`; two of them, separated by a space, while a secret is "
    "rotated."
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
                help_text="Counts the events about one subject, without a gap."
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
