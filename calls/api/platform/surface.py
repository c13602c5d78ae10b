"""The surface of the platform's own API of calls."""

from liveplatform.api.surfaces import Surface

CALLS = Surface(
    "calls",
    urls="calls.api.platform.urls",
    enums={
        "CallStatus": "calls.models.Call.Status",
        "EndCode": "calls.models.end_code.EndCode",
        "ProviderWithRooms": "calls.adapters.ROOM_PROVIDERS",
    },
)
