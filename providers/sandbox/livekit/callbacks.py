"""A LiveKit server's webhooks, written and signed as it does.

Source: github.com/livekit/protocol, webhook/url_notifier.go
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt

from providers.sandbox.callback_queue import OutgoingEvent

TOKEN_SECONDS = 300
MAX_ATTEMPTS = 3


def room_event(
    hook: Mapping[str, Any],
    event_type: str,
    room: Mapping[str, Any],
    **fields: Any,  # noqa: ANN401 - of the event
) -> OutgoingEvent:
    """An event about a room; `hook` holds key, secret and url."""
    event = {
        "event": event_type,
        "room": room,
        "id": f"EV_{secrets.token_hex(6)}",
        "created_at": str(int(time.time())),
    }
    return _sign(hook, event_type, str(room["name"]), event | fields)


def egress_event(
    hook: Mapping[str, Any], room: Mapping[str, Any], file: Mapping[str, Any], link: str
) -> OutgoingEvent:
    """egress_ended: a recording is ready at `link`; such an event has no `room`."""
    started, ended = str(int((file["made"] - file["seconds"]) * 1e9)), str(int(file["made"] * 1e9))
    info = {"filename": f"{file['name']}.mp4", "started_at": started, "ended_at": ended, "location": link}
    egress = {
        "egress_id": f"EG_{file['name'][:12]}",
        "room_id": room["sid"],
        "room_name": room["name"],
        "status": "EGRESS_COMPLETE",
        "started_at": started,
        "ended_at": ended,
        "file_results": [info | {"duration": str(int(file["seconds"] * 1e9)), "size": "1024"}],
    }
    event = {"event": "egress_ended", "egress_info": egress, "id": f"EV_{secrets.token_hex(6)}"}
    return _sign(hook, "egress_ended", str(room["name"]), event | {"created_at": str(int(time.time()))})


def stream_event(hook: Mapping[str, Any], event_type: str, egress: Mapping[str, Any]) -> OutgoingEvent:
    """egress_started, egress_updated or egress_ended of an egress without files."""
    event = {"event": event_type, "egress_info": egress, "id": f"EV_{secrets.token_hex(6)}"}
    return _sign(hook, event_type, egress["room_name"], event | {"created_at": str(int(time.time()))})


def _sign(hook: Mapping[str, Any], event_type: str, resource: str, event: Mapping[str, Any]) -> OutgoingEvent:
    body = json.dumps(_to_protojson(event)).encode()
    now, digest = int(time.time()), hashlib.sha256(body).digest()
    claims = {
        "iss": hook["key"],
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "sha256": base64.b64encode(digest).decode(),
    }
    token = jwt.encode(claims, hook["secret"], algorithm="HS256")
    headers = {"Authorization": token, "Content-Type": "application/webhook+json", "User-Agent": "LiveKit"}
    return OutgoingEvent(event_type, resource, hook["url"], headers, body, tries=MAX_ATTEMPTS)


def _to_protojson(value: Any) -> Any:  # noqa: ANN401
    """Names in camel case, empty values left out."""
    if isinstance(value, Mapping):
        return {
            _camel_case(name): _to_protojson(each)
            for name, each in value.items()
            if each not in ("", 0, False, None, [])
        }
    return [_to_protojson(each) for each in value] if isinstance(value, list) else value


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
