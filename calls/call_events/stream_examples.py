"""Examples of `data` of events about media streams: one audio stream, that starts and is stopped."""

from typing import Any

from calls.call_events.examples import LIVE_CALL

LIVE_STREAM: dict[str, Any] = {
    "id": "01a1fc0a-0000-7000-8000-000000000005",
    "account_id": LIVE_CALL["account_id"],
    "call_id": LIVE_CALL["id"],
    "kind": "audio",
    "status": "live",
    "outcome": None,
    "created_at": "2026-11-21T02:51:00.120000Z",
    "created_by": "key:k3y1d",
    "started_at": "2026-11-21T02:51:00.480000Z",
    "stop_requested_at": None,
    "stopped_at": None,
    "stop_reason": None,
    "stopped_by": None,
    "error": None,
    "max_seconds": 14400,
    "expires_at": "2026-11-21T06:51:00.120000Z",
    "seconds": None,
    "minutes": None,
    "cost": None,
    "price_unit": None,
    "provider": "twilio",
    "connection_id": LIVE_CALL["provider"]["connection_id"],
    "provider_stream_id": "MZ0123456789abcdef0123456789abcdef",
    "provider_status": "in-progress",
    "seen_at": None,
    "service_url": "wss://bot.example.com/audio",
}
STOPPED_STREAM = LIVE_STREAM | {
    "status": "stopped",
    "outcome": "stopped",
    "stop_requested_at": "2026-11-21T02:55:10.000000Z",
    "stopped_at": "2026-11-21T02:55:10.310000Z",
    "stop_reason": "The customer asked for it.",
    "stopped_by": "key:k3y1d",
    "seconds": 250,
    "minutes": 5,
    "provider_status": "stopped",
}
FAILED_STREAM = LIVE_STREAM | {
    "status": "failed",
    "started_at": None,
    "stopped_at": "2026-11-21T02:51:00.480000Z",
    "error": "The provider refused: the call is not in progress.",
    "provider_stream_id": None,
    "provider_status": None,
}

STREAM_STARTED: dict[str, Any] = {"stream": LIVE_STREAM}
STREAM_STOPPED: dict[str, Any] = {"stream": STOPPED_STREAM}
STREAM_FAILED: dict[str, Any] = {"stream": FAILED_STREAM}
