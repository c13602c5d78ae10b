"""JSON Web Tokens of an account's own issuers, verified with PyJWT.

The algorithm is pinned on the issuer's row, never taken from the token; exp, iss, aud and sub are
required. Keys behind a JWKS URL are fetched over judged connections only, and at a bounded rate.
"""

import threading
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import requests
from django.db.models import Q

from liveplatform.accounts.models import JwtIssuer
from liveplatform.accounts.principal import Principal
from liveplatform.accounts.safe_get import safe_get
from liveplatform.crypto import CannotOpen

LEEWAY = 10  # seconds
REFETCH = 30.0  # seconds between two fetches of one JWKS, whatever tokens come in
KEEP = 600.0
MAX_TOKEN = 8192


class BadToken(Exception):
    """The token is not accepted; the text says why, and is fit for its bearer."""


def principal_for(token: str) -> Principal:
    """Whom a token stands for; BadToken if it is not good."""
    if len(token) > MAX_TOKEN:
        raise BadToken("The token is too long.")
    try:
        issuer = _issuer(jwt.decode(token, options={"verify_signature": False}))
        claims = _verified(token, issuer)
    except (jwt.PyJWTError, CannotOpen, ValueError) as error:
        raise BadToken(f"The token is not valid ({type(error).__name__}).") from error
    scopes = frozenset(_scopes(claims)) & frozenset(issuer.scopes)
    return Principal(issuer.account_id, "jwt", str(claims["sub"])[:64], scopes)


def _issuer(claims: dict[str, Any]) -> JwtIssuer:
    audiences = claims.get("aud")
    wanted = audiences if isinstance(audiences, list) else [audiences]
    names = [name for name in wanted if isinstance(name, str) and "\0" not in name]
    iss = claims.get("iss")
    if not isinstance(iss, str) or "\0" in iss:
        raise BadToken("The token names no issuer.")
    active = Q(is_active=True, account__is_active=True)
    issuer = JwtIssuer.objects.filter(active, issuer=iss, audience__in=names[:10]).first()
    if issuer is None:
        raise BadToken("The token's issuer and audience are not known here.")
    return issuer


def _verified(token: str, issuer: JwtIssuer) -> dict[str, Any]:
    return jwt.decode(
        token,
        key=_key(token, issuer),
        algorithms=[issuer.algorithm],
        audience=issuer.audience,
        issuer=issuer.issuer,
        leeway=LEEWAY,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )


def _key(token: str, issuer: JwtIssuer) -> Any:  # noqa: ANN401 - a secret, a PEM or a PyJWK, as PyJWT takes them
    if issuer.algorithm == JwtIssuer.Algorithm.HS256:
        if not issuer.sealed_secret:
            raise BadToken("The issuer has no secret.")
        return issuer.secret
    if issuer.public_key:
        return issuer.public_key
    kid = jwt.get_unverified_header(token).get("kid")
    return _key_set(issuer).find(kid if isinstance(kid, str) else None)


def _scopes(claims: dict[str, Any]) -> list[str]:
    said = claims.get("scope", claims.get("scp", ""))
    return [str(scope) for scope in said] if isinstance(said, list) else str(said).split()


class _KeySet:
    """One issuer's JWKS. Unknown key ids lead to at most one fetch per REFETCH."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: dict[str | None, Any] = {}
        self.fetched = float("-inf")
        self.lock = threading.Lock()

    def find(self, kid: str | None) -> Any:  # noqa: ANN401
        with self.lock:
            age = time.monotonic() - self.fetched
            if age > KEEP or (kid not in self.keys and age > REFETCH):
                self._fetch()
            try:
                return self.keys[kid]
            except KeyError:
                raise BadToken("The token was signed with a key that its issuer does not publish.") from None

    def _fetch(self) -> None:
        self.fetched = time.monotonic()
        try:
            found = jwt.PyJWKSet.from_json(safe_get(self.url))
        except (requests.RequestException, OSError, jwt.PyJWTError, ValueError) as error:
            if not self.keys:
                raise BadToken("The issuer's keys could not be fetched; try again later.") from error
            return
        self.keys = {key.key_id: key.key for key in found.keys if _asymmetric(key)}


def _asymmetric(key: jwt.PyJWK) -> bool:
    return key.key_type in ("RSA", "EC")


_sets: dict[UUID, _KeySet] = {}


def _key_set(issuer: JwtIssuer) -> _KeySet:
    if not urlsplit(issuer.jwks_url).hostname:
        raise BadToken("The issuer has neither a public key nor a JWKS URL.")
    known = _sets.get(issuer.pk)
    if known is None or known.url != issuer.jwks_url:
        known = _sets[issuer.pk] = _KeySet(issuer.jwks_url)
    return known
