"""JSON Web Tokens (RFC 7519) of an account's own issuers, verified with PyJWT.

The algorithm is pinned on the issuer's row, never taken from the token; exp, iss, aud and sub are required.
JWKS URLs are fetched under the egress policy, at a bounded rate (jwks.py).
"""

from typing import Any
from uuid import UUID

import jwt
from django.db.models import Q

from liveplatform.accounts.jwks import Jwks, JwksUnavailable
from liveplatform.accounts.models import JwtIssuer
from liveplatform.accounts.ttl_cache import TTLCache
from liveplatform.api.principal import Principal
from liveplatform.crypto import DecryptionFailed

LEEWAY = 10  # seconds
MAX_TOKEN = 8192
MAX_AUDIENCES = 10
MAX_BRAND_LENGTH, MAX_EMAIL_LENGTH = 64, 254
CACHE_SECONDS = 5.0  # seconds
CACHE_SIZE = 1000


class InvalidToken(Exception):
    """The token is not accepted; the message says why and is fit for its bearer."""


def authenticate(token: str) -> Principal:
    """The principal of a token. Raises InvalidToken if it does not verify."""
    if len(token) > MAX_TOKEN:
        raise InvalidToken("The token is too long.")
    try:
        issuer = _issuer(jwt.decode(token, options={"verify_signature": False}))
        claims = _verify(token, issuer)
    except (jwt.PyJWTError, DecryptionFailed, ValueError, TypeError) as error:
        raise InvalidToken(f"The token is not valid ({type(error).__name__}).") from error
    scopes = frozenset(_scopes(claims)) & frozenset(issuer.scopes)
    account, subject = issuer.account, _subject(claims)
    return Principal(
        account.pk,
        "jwt",
        subject,
        scopes,
        account.auth_id,
        str(issuer.pk),
        account.rate_limits,
        brand_id=_text(claims, "brand_id", MAX_BRAND_LENGTH),
        email=_text(claims, "email", MAX_EMAIL_LENGTH) if claims.get("email_verified") is True else "",
        is_end_user=issuer.is_for_users,
    )


def clear_cache() -> None:
    """Clear this process's caches of issuers and key sets."""
    _issuers.clear()
    _key_sets.clear()


def _issuer(claims: dict[str, Any]) -> JwtIssuer:
    iss, aud = claims.get("iss"), claims.get("aud")
    audiences = aud if isinstance(aud, list) else [aud]
    named_audiences = tuple(
        name for name in audiences[:MAX_AUDIENCES] if isinstance(name, str) and "\0" not in name
    )
    if not isinstance(iss, str) or "\0" in iss:
        raise InvalidToken("The token names no issuer.")
    issuer = _issuers.get_or_load((iss, named_audiences), lambda: _load_issuer(iss, named_audiences))
    if issuer is None:
        raise InvalidToken("The token's issuer and audience are not known here.")
    return issuer


_issuers: TTLCache[JwtIssuer | None] = TTLCache(CACHE_SECONDS, CACHE_SIZE)


def _load_issuer(iss: str, audiences: tuple[str, ...]) -> JwtIssuer | None:
    active = Q(is_active=True, account__is_active=True)
    issuers = JwtIssuer.objects.filter(active, issuer=iss, audience__in=audiences)
    return issuers.select_related("account").first()


def _verify(token: str, issuer: JwtIssuer) -> dict[str, Any]:
    return jwt.decode(
        token,
        key=_key(token, issuer),
        algorithms=[issuer.algorithm],
        audience=issuer.audience,
        issuer=issuer.issuer,
        leeway=LEEWAY,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )


def _key(token: str, issuer: JwtIssuer) -> Any:  # noqa: ANN401 - a secret, a PEM or a public key
    if issuer.algorithm == JwtIssuer.Algorithm.HS256:
        if not issuer.sealed_secret:
            raise InvalidToken("The issuer has no secret.")
        return issuer.secret
    if issuer.public_key:
        return issuer.public_key
    kid = jwt.get_unverified_header(token).get("kid")
    try:
        key = _key_set(issuer).find(kid if isinstance(kid, str) else None)
    except JwksUnavailable as error:
        raise InvalidToken("The issuer's keys could not be fetched; try again later.") from error
    if key is None:
        raise InvalidToken("The token was signed with a key that its issuer does not publish.")
    return key


_key_sets: dict[UUID, Jwks] = {}


def _key_set(issuer: JwtIssuer) -> Jwks:
    if not issuer.jwks_url:
        raise InvalidToken("The issuer has neither a public key nor a JWKS URL.")
    known = _key_sets.get(issuer.pk)
    if known is None or (known.url, known.algorithm) != (issuer.jwks_url, issuer.algorithm):
        known = _key_sets[issuer.pk] = Jwks(issuer.jwks_url, issuer.algorithm)
    return known


def _subject(claims: dict[str, Any]) -> str:
    """The `sub` claim; records store it, so it must be printable."""
    subject = str(claims["sub"])
    if not subject or not subject.isprintable():
        raise InvalidToken("The token's subject is empty or holds control characters.")
    return subject


def _text(claims: dict[str, Any], name: str, max_length: int) -> str:
    """An optional claim that is text. InvalidToken if it is anything else: it may limit what is seen."""
    value = claims.get(name, "")
    if not isinstance(value, str) or not value.isprintable() or len(value) > max_length:
        raise InvalidToken(f"The token's claim {name} is no text of at most {max_length} characters.")
    return value


def _scopes(claims: dict[str, Any]) -> list[str]:
    """RFC 8693 §4.2: `scope` is one space-separated string; some issuers send `scp`, or a list."""
    claim = claims.get("scope", claims.get("scp", ""))
    return [str(scope) for scope in claim] if isinstance(claim, list) else str(claim).split()
