"""GetStream's tokens: of this server, and of users (source: getstream.io/video/docs/api/authentication)."""

import time
from typing import Any

import jwt

# Seconds by which a token begins before now: clocks differ.
LEEWAY = 5


def server_token(secret: str) -> str:
    """The token of a request to the server API."""
    return _sign(secret, {"server": True, "iat": int(time.time()) - LEEWAY})


def user_token(secret: str, user_id: str, seconds: int, *, call: str = "", role: str = "") -> str:
    """A user's token; with a `call` ("type:id"), of which it makes them a member, in the `role`."""
    now = int(time.time())
    claims: dict[str, Any] = {"user_id": user_id, "iat": now - LEEWAY, "exp": now + seconds}
    if call:
        claims["call_cids"] = [call]
    return _sign(secret, claims | ({"role": role} if role else {}))


def _sign(secret: str, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, secret, algorithm="HS256")
