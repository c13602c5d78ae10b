"""Errors of livestreams as HTTP errors. None is a 409: the vendor's SDKs repeat such requests."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import APIException, NotFound, ValidationError

from liveplatform.accounts.provider_waits import ProviderBusy
from providers.errors import NotConfigured, NotSupported, Rejected, UnknownOutcome
from sessions_app.api.exceptions import to_api_exception as from_sessions
from sessions_app.livestreams import exceptions


class LivestreamStopping(APIException):
    """503: the run before is being stopped."""

    status_code = 503
    default_code = "livestream_stopping"
    wait = 2


def to_api_exception(exc: Exception) -> Exception:
    """The HTTP error for an error of livestreams, sessions or calls; any other error as it is."""
    convert = next((convert for kind, convert in API_EXCEPTIONS if isinstance(exc, kind)), None)
    return convert(exc) if convert else from_sessions(exc)


def is_definite(exc: Exception) -> bool:
    """Whether the provider has refused for a reason that a repetition of the request does not change."""
    is_passing = isinstance(exc, ProviderBusy | UnknownOutcome)
    return isinstance(exc, Rejected | NotConfigured | NotSupported) and not is_passing


# The first match is taken.
API_EXCEPTIONS: tuple[tuple[type[Exception], Callable[[Any], APIException]], ...] = (
    (exceptions.LivestreamNotFound, lambda e: NotFound(str(e))),
    (exceptions.NothingActive, lambda e: NotFound(str(e))),
    (exceptions.NotPossible, lambda e: ValidationError({e.field: [str(e)]})),
    (exceptions.StillStopping, lambda e: LivestreamStopping(str(e))),
)
