"""Credentials as Vobiz' and Plivo's SDKs send them: X-Auth-ID and X-Auth-Token, or Basic auth_id:token."""

import base64

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from liveplatform.api.principal import Principal


def ignore_extra(request: Request) -> None:
    """Ignore an Authorization header beside X-Auth-Token, which elsewhere must be of the same account.

    Vobiz' SDK sends `Authorization: Bearer …` with every request beside the X-Auth pair, and makes its user
    give some text for it.
    """
    if request.META.get("HTTP_X_AUTH_TOKEN"):
        request.META.pop("HTTP_AUTHORIZATION", None)


def check_user(request: Request, principal: Principal) -> None:
    """Raise AuthenticationFailed if the user name of Basic credentials is not the key's auth_id."""
    user = _basic_user(request.META.get("HTTP_AUTHORIZATION", ""))
    if user and user != principal.auth_id:
        text = "The user name of the Basic credentials is not the auth_id of this key."
        raise AuthenticationFailed(text, "conflicting_credentials")


def _basic_user(header: str) -> str:
    """The user name of Basic credentials that were accepted; "" for others, and for those without one."""
    scheme, _, encoded = header.partition(" ")
    return base64.b64decode(encoded).decode().partition(":")[0] if scheme.lower() == "basic" else ""
