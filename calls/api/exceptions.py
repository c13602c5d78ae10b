"""Errors of the calls app as HTTP errors."""

from collections.abc import Callable
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError

from calls.exceptions import (
    CallNotFound,
    CallStateError,
    CountTooSlow,
    DialError,
    MetadataTooLarge,
    NoInstructions,
    NoPhoneNumber,
)
from calls.filters import InvalidFilter
from liveplatform.accounts.provider_waits import ProviderBusy
from providers.errors import NotConfigured, ProviderError


class ProviderFailed(APIException):
    """502: the provider failed or rejected the request."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "provider_error"


class ProviderNotConfigured(APIException):
    """503: the account has no usable connection to the provider."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "provider_not_configured"


class ProviderBusyError(APIException):
    """503: too many requests wait for the provider, so it was not asked. A request to end a call is kept."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "provider_busy"
    wait = 2


class CallNotPlaced(APIException):
    """400: the provider placed no call, or its answer was lost. The status is the telephony API's own.

    https://docs.callab.ai/api-reference/campaign-calls/make-call
    """

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "provider_error"
    # A retry with the same Idempotency-Key runs again; it finds the call that may have been placed.
    releases_key = True


class StreamNotStarted(APIException):
    """400: the provider refused the stream, and would refuse it again. SDKs repeat what is answered 5xx."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "provider_error"
    releases_key = True


class NoCallInstructions(APIException):
    """400: the call would be dialled, and whoever answers would hear nothing; the message has the remedy."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "no_call_instructions"


class NoPhoneNumberError(APIException):
    """409: the call uses no phone number of the account."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_phone_number"
    default_detail = (
        "The call is not associated with a valid phone number, so this endpoint cannot end it; "
        "connect the number first, or end it through POST /v1/calls/{id}/end."
    )


class CountTooSlowError(APIException):
    """503: counting took too long and was stopped."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "count_too_slow"
    default_detail = (
        "Counting the calls that match took too long. Narrow the filter by a time (created_at, started_at), "
        "or start the operation without dry_run: it needs no count."
    )
    wait = 5


class InvalidState(APIException):
    """412: the call's state forbids it. The status is the live calls API's own."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "wrong_state"


def to_api_exception(exc: Exception) -> Exception:
    """The HTTP error for an error of the calls app; any other error as it is."""
    convert = next((convert for kind, convert in API_EXCEPTIONS if isinstance(exc, kind)), None)
    return convert(exc) if convert else exc


# The first match is taken.
API_EXCEPTIONS: tuple[tuple[type[Exception], Callable[[Any], APIException]], ...] = (
    (CallNotFound, lambda _: NotFound("There is no such call in this account.")),
    (NoPhoneNumber, lambda _: NoPhoneNumberError()),
    (InvalidFilter, lambda e: ValidationError(e.fields)),
    (NoInstructions, lambda e: NoCallInstructions(str(e))),
    (DialError, lambda e: ValidationError(str(e))),
    (CallStateError, lambda e: InvalidState(str(e))),
    (MetadataTooLarge, lambda e: ValidationError({"metadata": [str(e)]})),
    (CountTooSlow, lambda _: CountTooSlowError()),
    (ProviderBusy, lambda e: ProviderBusyError(str(e))),
    (NotConfigured, lambda e: ProviderNotConfigured(str(e))),
    (ProviderError, lambda e: ProviderFailed(str(e))),
)
