"""A LiveKit server's webhooks, as it writes and signs them.

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


def room_event(server: Mapping[str, Any], kind: str, room: Mapping[str, Any], **more: Any) -> OutgoingEvent:  # noqa: ANN401
    """An event about a room; `server` is the hook: key, secret and url."""
    event = {
        "event": kind,
        "room": room,
        "id": f"EV_{secrets.token_hex(6)}",
        "created_at": str(int(time.time())),
    }
    return _sign(server, kind, str(room["name"]), event | more)


def egress_event(
    server: Mapping[str, Any], room: Mapping[str, Any], file: Mapping[str, Any], link: str
) -> OutgoingEvent:
    """A recording is ready at `link`; such events have no room of their own."""
    began, ended = str(int((file["made"] - file["seconds"]) * 1e9)), str(int(file["made"] * 1e9))
    written = {"filename": f"{file['name']}.mp4", "started_at": began, "ended_at": ended, "location": link}
    egress = {
        "egress_id": f"EG_{file['name'][:12]}",
        "room_id": room["sid"],
        "room_name": room["name"],
        "status": "EGRESS_COMPLETE",
        "started_at": began,
        "ended_at": ended,
        "file_results": [written | {"duration": str(int(file["seconds"] * 1e9)), "size": "1024"}],
    }
    event = {"event": "egress_ended", "egress_info": egress, "id": f"EV_{secrets.token_hex(6)}"}
    return _sign(server, "egress_ended", str(room["name"]), event | {"created_at": str(int(time.time()))})


def _sign(server: Mapping[str, Any], kind: str, resource: str, event: Mapping[str, Any]) -> OutgoingEvent:
    body = json.dumps(_to_protojson(event)).encode()
    now, digest = int(time.time()), hashlib.sha256(body).digest()
    claims = {
        "iss": server["key"],
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "sha256": base64.b64encode(digest).decode(),
    }
    token = jwt.encode(claims, server["secret"], algorithm="HS256")
    headers = {"Authorization": token, "Content-Type": "application/webhook+json", "User-Agent": "LiveKit"}
    return OutgoingEvent(kind, resource, server["url"], headers, body, tries=MAX_ATTEMPTS)


def _to_protojson(held: Any) -> Any:  # noqa: ANN401
    """protojson: names in camel case, and what is empty left out."""
    if isinstance(held, Mapping):
        return {
            _camel_case(name): _to_protojson(each)
            for name, each in held.items()
            if each not in ("", 0, False, None, [])
        }
    return [_to_protojson(each) for each in held] if isinstance(held, list) else held


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
