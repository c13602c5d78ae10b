"""Examples of the webhooks API for the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample

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
        "payload": "full",
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
                "at": "2026-11-21T02:57:48.450000Z",
                "ms": 12,
                "outcome": "again",
                "error": "The receiver answered 500.",
                "status": 500,
                "answer": "oops",
            },
            {
                "attempt": 2,
                "at": "2026-11-21T02:57:53.940000Z",
                "ms": 9,
                "outcome": "done",
                "status": 200,
            },
        ],
    },
    response_only=True,
)
