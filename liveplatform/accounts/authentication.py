"""DRF authentication: API key or JWT as Bearer token; the key also as X-Auth-Token or Basic password."""

import base64

import structlog
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from liveplatform.accounts import keys, tokens
from liveplatform.api.principal import Principal

TWO_ACCOUNTS_MESSAGE = "X-Auth-Token and Authorization are of two accounts; send one of them."
INVALID = "invalid_credentials"
# Where the web process finds whose request it was; no header has this name.
VERIFIED_ACCOUNT = "liveplatform.account"
MISSING_MESSAGE = "Send an API key or a JWT as `Authorization: Bearer …`."


class PlatformAuthentication(BaseAuthentication):
    """Authenticates every surface of the API (DEFAULT_AUTHENTICATION_CLASSES)."""

    def authenticate(self, request: Request) -> tuple[Principal, None]:
        principal, *others = [_principal(token) for token in _credentials(request)]
        if any(other.account_id != principal.account_id for other in others):
            raise AuthenticationFailed(TWO_ACCOUNTS_MESSAGE, "conflicting_credentials")
        auth_id = request.META.get("HTTP_X_AUTH_ID")
        if auth_id and auth_id != principal.auth_id:
            raise AuthenticationFailed("X-Auth-ID is not the account of this key.", "conflicting_credentials")
        request.META[VERIFIED_ACCOUNT] = principal.account_id.hex
        structlog.contextvars.bind_contextvars(account=principal.account_id.hex)
        return principal, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="liveplatform"'


def _credentials(request: Request) -> list[str]:
    """The credentials sent, at least one; X-Auth-Token comes first, and its scopes hold."""
    token, header = request.META.get("HTTP_X_AUTH_TOKEN"), request.META.get("HTTP_AUTHORIZATION")
    tokens = [str(token)] if token else []
    return [*tokens, _authorization(request)] if header or not tokens else tokens


def _authorization(request: Request) -> str:
    scheme, _, rest = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return str(rest).strip()
        case "basic":
            return _password(str(rest))
        case _:
            raise AuthenticationFailed(MISSING_MESSAGE, "missing_credentials")


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError as error:
        raise AuthenticationFailed("The Basic credentials are no base64 of user:key.", INVALID) from error


def _principal(token: str) -> Principal:
    if token.startswith(f"{keys.PREFIX}_"):
        principal = keys.authenticate(token)
        if principal is None:
            text = "The API key is unknown, expired or revoked, or its account is inactive."
            raise AuthenticationFailed(text, INVALID)
        return principal
    if token.count(".") == 2:
        try:
            return tokens.authenticate(token)
        except tokens.InvalidToken as error:
            raise AuthenticationFailed(str(error), INVALID) from error
    raise AuthenticationFailed("This is neither an API key nor a JWT.", INVALID)
