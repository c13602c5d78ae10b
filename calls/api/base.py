"""What every view of this app shares: the errors of the domain as HTTP has them."""

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
    """The provider failed, or refused."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "provider_error"


class ProviderNotConfigured(APIException):
    """There is no usable connection to the provider."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "provider_not_configured"


class CallNotPlaced(APIException):
    """The provider made no call, or did not say; 400 is what the vendor of seed 001 answers then."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "provider_error"
    # The same Idempotency-Key may try again: a call that may have been made is found by it.
    releases_key = True


class NoPhoneNumberError(APIException):
    """This door ends only calls that run over a phone number of the account."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_phone_number"
    default_detail = (
        "The call is not associated with a valid phone number, so this endpoint cannot end it; "
        "connect the number first, or end it through POST /v1/calls/{id}/end."
    )


class InvalidState(APIException):
    """Not while the call is where it is; 412 is what the vendor of seed 000 answers then."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "wrong_state"


class TimeLimitField(serializers.IntegerField):
    """How long a call may last."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - as every field takes them
        text = "Seconds from its start until the call is ended; default: the account's own."
        super().__init__(min_value=1, max_value=86_400, allow_null=True, help_text=text, **kwargs)


class ScheduledAtField(InstantField):
    """When a call shall begin: within reason, so that what is reckoned from it stays a time."""

    default_error_messages = {"far": "This must be within ten years from now."}

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401
        at: datetime = super().to_internal_value(value)
        if abs(at - timezone.now()) > MAX_SCHEDULE_DISTANCE:
            self.fail("far")
        return at


class MetadataField(JSONObjectField):
    """The customer's own facts of a call."""

    default_error_messages = {"large": f"This is more than {MAX_METADATA_BYTES:,} bytes of JSON."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        given = super().to_internal_value(data)
        if len(dumps(given)) > MAX_METADATA_BYTES:
            self.fail("large")
        return given


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
