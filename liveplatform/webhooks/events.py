"""Event types about endpoints themselves."""

from typing import Any

from rest_framework import serializers

from liveplatform.api.serializers import PlainSerializer
from liveplatform.webhooks.event_types import EventType

EXAMPLE: dict[str, Any] = {
    "endpoint": {
        "id": "01a1fc0a-b396-75ee-a518-ed4619cc3887",
        "description": "CRM",
        "is_enabled": True,
        "disabled_reason": None,
        "failing_since": "2026-11-20T02:57:48.438000Z",
    }
}


class EndpointHealth(PlainSerializer):
    """The state of an endpoint. Its URL is left out, because it may hold a secret."""

    id = serializers.UUIDField()
    description = serializers.CharField()
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(allow_null=True)
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The time of the first failure since the last success."
    )


class EndpointEventData(PlainSerializer):
    """The state of the endpoint."""

    endpoint = EndpointHealth()


EVENT_TYPES = [
    EventType(
        "endpoint.failing",
        "Another endpoint of the account has been failing for one day or three days.",
        EndpointEventData,
        EXAMPLE,
    ),
    EventType(
        "endpoint.disabled",
        "Another endpoint of the account was disabled after 410 Gone or five days of failures.",
        EndpointEventData,
        {"endpoint": EXAMPLE["endpoint"] | {"is_enabled": False, "disabled_reason": "it answered 410 Gone"}},
    ),
    EventType(
        "endpoint.test",
        "A test message, requested over the API or in the admin; sent to the tested endpoint only.",
        EndpointEventData,
        {"endpoint": EXAMPLE["endpoint"] | {"failing_since": None}},
    ),
]
