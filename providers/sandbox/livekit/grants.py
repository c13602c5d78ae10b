"""Who may ask a LiveKit server: its tokens and their grants."""

from collections.abc import Mapping
from typing import Any

import jwt
from aiohttp import web

from providers.sandbox.vendor import Reply, decode_token


def refusal(request: web.Request, secrets: Mapping[str, str]) -> Reply | None:
    """The plain text with which a request without a valid token is refused; None to accept it."""
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return _plain_text("invalid authorization header. Must start with Bearer ")
    try:
        read_claims(request, secrets)
    except jwt.PyJWTError:
        return _plain_text("invalid authorization token")
    return None


def read_claims(request: web.Request, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The token's claims; it must be signed with the server's secret if that is known."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    claims = decode_token(token, None)
    if not {"exp", "iss"} <= claims.keys():
        raise jwt.MissingRequiredClaimError("exp, iss")
    secret = secrets.get(str(claims["iss"]))
    return decode_token(token, secret) if secret is not None else claims


def has_grant(claims: Mapping[str, Any], grant: str, fields: Mapping[str, Any]) -> bool:
    """Whether the token allows the request; a room's admin is one of that room only."""
    video = claims.get("video") or {}
    return bool(video.get(grant)) and (grant != "roomAdmin" or video.get("room") == fields.get("room"))


def _plain_text(text: str) -> Reply:
    return Reply(401, {}, raw=text.encode(), content_type="text/plain")
