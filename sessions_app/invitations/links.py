"""Signed links of a registered person: to cancel, to answer an offer, to join, and to their calendar feed.

A link is a capability: who has it may do what it says, and nothing else. It holds until its registration is
gone or SECRET_KEY changes: a new SECRET_KEY revokes all links at once. What a link asks for is still
judged by the state of the registration.
"""

from typing import Literal
from uuid import UUID

from django.conf import settings
from django.core import signing

from sessions_app.models import Registration

Kind = Literal["cancel", "accept", "decline", "join", "feed"]

# Longer ones are refused unread: a person key has at most 340 characters.
MAX_TOKEN_LENGTH = 2000


class InvalidLink(Exception):
    """The token was altered, is for something else, or was signed with another SECRET_KEY."""


def make_link(kind: Kind, registration: Registration) -> str:
    """The URL for this person. `feed` reads the registration's session, for its account."""
    if kind == "feed":
        token = feed_token(registration.session.account_id, registration.person_key)
        return f"{settings.PUBLIC_URL}/sessions/feed/{token}.ics"
    return f"{settings.PUBLIC_URL}/sessions/{kind}/{make_token(kind, registration.pk)}"


def make_token(kind: Kind, registration_id: UUID) -> str:
    """The token of a link; the same each time."""
    return _signer(kind).sign(signing.b64_encode(registration_id.bytes).decode())


def read_link(token: str, kind: Kind) -> UUID:
    """The id of the registration that the token is for. Raises InvalidLink."""
    try:
        return UUID(bytes=_read(token, kind))
    except ValueError as error:
        raise InvalidLink(kind) from error


def feed_token(account_id: UUID, person_key: str) -> str:
    """The token of a person's calendar feed: of all sessions of this account, and the same in every mail."""
    return _signer("feed").sign(signing.b64_encode(account_id.bytes + person_key.encode()).decode())


def read_feed_token(token: str) -> tuple[UUID, str]:
    """The account's id and the person's key. Raises InvalidLink."""
    raw = _read(token, "feed")
    return UUID(bytes=raw[:16]), raw[16:].decode()


def _read(token: str, kind: Kind) -> bytes:
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidLink(kind)
    try:
        return signing.b64_decode(_signer(kind).unsign(token).encode())
    except (signing.BadSignature, ValueError) as error:
        raise InvalidLink(kind) from error


def _signer(kind: Kind) -> signing.Signer:
    """Of each kind its own, so that no link is good for anything else. A dot needs no escape in a URL."""
    return signing.Signer(salt=f"sessions_app.link.{kind}", sep=".")
