"""Base of all call APIs: errors of the calls app as HTTP errors, and fields that several surfaces share."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response

from calls.exceptions import CallStateError
from calls.filters import InvalidFilter
from calls.lifecycle.end import CallNotFound, NoPhoneNumber
from calls.lifecycle.update import MAX_METADATA_BYTES, MetadataTooLarge
from liveplatform.api.serializers import InstantField, JSONObjectField
from liveplatform.api.viewsets import PlatformView
from liveplatform.json_codec import dumps
from providers.errors import NotConfigured, ProviderError

MAX_SCHEDULE_DISTANCE = timedelta(days=3653)


class ProviderFailed(APIException):
    """502: the provider failed or rejected the request."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "provider_error"


class ProviderNotConfigured(APIException):
    """503: the account has no usable connection to the provider."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "provider_not_configured"


class CallNotPlaced(APIException):
    """400: the provider placed no call, or its answer was lost. The status is the telephony API's own.

    https://docs.callab.ai/api-reference/campaign-calls/make-call
    """

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "provider_error"
    # A retry with the same Idempotency-Key runs again; it finds the call that may have been placed.
    releases_key = True


class NoPhoneNumberError(APIException):
    """409: the call uses no phone number of the account."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_phone_number"
    default_detail = (
        "The call is not associated with a valid phone number, so this endpoint cannot end it; "
        "connect the number first, or end it through POST /v1/calls/{id}/end."
    )


class InvalidState(APIException):
    """412: the call's state forbids it. The status is the live calls API's own."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "wrong_state"


class TimeLimitField(serializers.IntegerField):
    """A call's time limit in seconds, 1 to 86,400; null: the account's default."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        text = "Seconds from its start until the call is ended; default: the account's own."
        super().__init__(min_value=1, max_value=86_400, allow_null=True, help_text=text, **kwargs)


class ScheduledAtField(InstantField):
    """The time at which a call is to start, at most ten years away: dates computed from it stay valid."""

    default_error_messages = {"far": "This must be within ten years from now."}

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401
        time: datetime = super().to_internal_value(value)
        if abs(time - timezone.now()) > MAX_SCHEDULE_DISTANCE:
            self.fail("far")
        return time


class MetadataField(JSONObjectField):
    """The customer's own JSON object, at most MAX_METADATA_BYTES of JSON."""

    default_error_messages = {"large": f"This is more than {MAX_METADATA_BYTES:,} bytes of JSON."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        metadata = super().to_internal_value(data)
        if len(dumps(metadata)) > MAX_METADATA_BYTES:
            self.fail("large")
        return metadata


class CallsView(PlatformView):
    """A view whose domain errors become the surface's own."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_to_api_exception(exc))


def _to_api_exception(exc: Exception) -> Exception:
    found = next((made for kind, made in API_EXCEPTIONS if isinstance(exc, kind)), None)
    return found(exc) if found else exc


# The first that fits.
API_EXCEPTIONS: tuple[tuple[type[Exception], Callable[[Any], APIException]], ...] = (
    (CallNotFound, lambda _: NotFound("There is no such call in this account.")),
    (NoPhoneNumber, lambda _: NoPhoneNumberError()),
    (InvalidFilter, lambda e: ValidationError(e.fields)),
    (CallStateError, lambda e: InvalidState(str(e))),
    (MetadataTooLarge, lambda e: ValidationError({"metadata": [str(e)]})),
    (NotConfigured, lambda e: ProviderNotConfigured(str(e))),
    (ProviderError, lambda e: ProviderFailed(str(e))),
)
