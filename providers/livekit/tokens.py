"""LiveKit's access tokens: what opens its server API, and its rooms to clients.

Source: docs.livekit.io/frontends/authentication/tokens. A JWT, HS256 with the API secret: `iss` is the API
key, `sub` the participant's identity, `video` holds the grants. The server allows for clocks a minute apart.
"""

import time
from collections.abc import Mapping
from typing import Any

import jwt

# How long (s) a token for one request to the server API is good.
REQUEST_TOKEN_SECONDS = 300


def request_token(api_key: str, secret: str, grants: Mapping[str, Any]) -> str:
    """A token that opens the server API for what `grants` say, and no more."""
    return _sign(api_key, secret, "", grants, REQUEST_TOKEN_SECONDS)


def join_token(api_key: str, secret: str, room: str, identity: str, seconds: int) -> str:
    """A token that lets one participant into one room, to see and be seen.

    An identity is in a room once: who comes with it a second time puts the first one out.
    """
    may = {"canPublish": True, "canSubscribe": True, "canPublishData": True}
    return _sign(api_key, secret, identity, {"roomJoin": True, "room": room} | may, seconds)


def _sign(api_key: str, secret: str, identity: str, grants: Mapping[str, Any], seconds: int) -> str:
    now = int(time.time())
    claims = {"iss": api_key, "sub": identity, "nbf": now, "exp": now + seconds, "video": dict(grants)}
    return jwt.encode(claims, secret, algorithm="HS256")
