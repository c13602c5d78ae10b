"""Base of all call APIs: errors of the calls app as HTTP errors, and fields that several surfaces share."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.exceptions import CallNotFound, CallStateError, MetadataTooLarge, NoPhoneNumber
from calls.filters import CallFilter, InvalidFilter
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.lifecycle.update import MAX_METADATA_BYTES
from calls.models import Call
from liveplatform.api.pagination import KeysetPagination, parse_page, slice_page
from liveplatform.api.serializers import InstantField, JSONObjectField
from liveplatform.api.viewsets import PlatformView, PlatformViewSet
from liveplatform.json_codec import dumps
from providers.errors import NotConfigured, ProviderError

READ, WRITE = "read:live", "write:live"

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


class CallErrors(APIView):
    """Mix-in: errors of the calls app become HTTP errors."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_to_api_exception(exc))


class CallsView(CallErrors, PlatformView):
    """A plain view of the calls app."""


class CallsViewSet(CallErrors, PlatformViewSet[Call]):
    """Calls of the account."""

    lookup_url_kwarg = "call_id"

    @property
    def requester(self) -> dict[str, Any]:
        """The arguments that name the requester to the verbs of calls.lifecycle."""
        return {"account_id": self.principal.account_id, "actor": self.principal.label}

    def call_filter(self) -> CallFilter:
        """Which calls the list holds; parsed from the query string. Raises InvalidFilter."""
        raise NotImplementedError

    def call_order(self) -> Order:
        """The order of the list: of creation, the newest first by default."""
        return NEWEST_FIRST


class CallPagination(KeysetPagination):
    """Keyset pages of the calls that the viewset's `call_filter` selects, read over the best index."""

    def paginate_queryset(self, queryset: QuerySet[Call], request: Request, view: Any = None) -> list[Call]:  # type: ignore[override] # noqa: ANN401
        self.envelope = view.list_serializer_class
        limit, after = parse_page(request)
        filters, order = view.call_filter(), view.call_order()
        wanted = PageRequest(view.principal.account_id, filters, order, limit=limit + 1, after=after)
        page, self.cursor = slice_page(fetch_page(wanted), limit)
        return page


def _to_api_exception(exc: Exception) -> Exception:
    convert = next((convert for kind, convert in API_EXCEPTIONS if isinstance(exc, kind)), None)
    return convert(exc) if convert else exc


# The first match is taken.
API_EXCEPTIONS: tuple[tuple[type[Exception], Callable[[Any], APIException]], ...] = (
    (CallNotFound, lambda _: NotFound("There is no such call in this account.")),
    (NoPhoneNumber, lambda _: NoPhoneNumberError()),
    (InvalidFilter, lambda e: ValidationError(e.fields)),
    (CallStateError, lambda e: InvalidState(str(e))),
    (MetadataTooLarge, lambda e: ValidationError({"metadata": [str(e)]})),
    (NotConfigured, lambda e: ProviderNotConfigured(str(e))),
    (ProviderError, lambda e: ProviderFailed(str(e))),
)
