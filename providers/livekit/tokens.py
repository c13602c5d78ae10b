"""LiveKit's access tokens, for its server API and for participants.

Source: docs.livekit.io/frontends/authentication/tokens. A JWT, HS256 with the API secret: `iss` is the API
key, `sub` the participant's identity, `video` the grants. The server allows a clock difference of a minute.
"""

import time
from collections.abc import Mapping
from typing import Any

import jwt

# Validity (s) of the token of one request to the server API.
REQUEST_TOKEN_SECONDS = 300


def request_token(api_key: str, secret: str, grants: Mapping[str, Any]) -> str:
    """A token for one request to the server API, with these grants only."""
    return _sign(api_key, secret, "", grants, REQUEST_TOKEN_SECONDS)


def join_token(
    api_key: str, secret: str, room: str, identity: str, seconds: int, *, is_host: bool = False
) -> str:
    """A token to join one room, publish and subscribe, valid for `seconds`; a host is an admin of the room.

    A second participant with the same identity disconnects the first.
    """
    permissions = {"canPublish": True, "canSubscribe": True, "canPublishData": True}
    admin = {"roomAdmin": True} if is_host else {}
    return _sign(api_key, secret, identity, {"roomJoin": True, "room": room} | permissions | admin, seconds)


def _sign(api_key: str, secret: str, identity: str, grants: Mapping[str, Any], seconds: int) -> str:
    now = int(time.time())
    claims = {"iss": api_key, "sub": identity, "nbf": now, "exp": now + seconds, "video": dict(grants)}
    return jwt.encode(claims, secret, algorithm="HS256")
