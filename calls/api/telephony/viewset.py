"""Telephony calls over REST (seed 001). Nothing is decided here."""

from typing import Any, ClassVar, cast
from uuid import UUID

import structlog
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallNotPlaced, CallsView
from calls.api.telephony.representation import telephony_call, whole_call
from calls.api.telephony.serializers import EndCallRequest, MakeCallRequest, TelephonyAnswer
from calls.api.telephony.surface import TELEPHONY
from calls.lifecycle.dial import DialError, ProviderRejectedCall, dial
from calls.lifecycle.end import CallNotFound, NoPhoneNumber, end, get_call
from liveplatform.accounts.models import Account
from liveplatform.api import idempotency
from liveplatform.api.exceptions import error_responses

log = structlog.get_logger(__name__)

TAGS = ["Telephony calls"]
PREFER_STRICT = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`handling=strict` asks for honest errors (4xx)."
)


class TelephonyView(CallsView):
    """What the views of this surface share: its envelope."""

    surface = TELEPHONY
    operation: ClassVar[str] = ""

    @staticmethod
    def answer(data: dict[str, Any] | list[dict[str, Any]], message: str) -> Response:
        return Response({"status": "ok", "message": message, "data": data})


class EndCallView(TelephonyView):
    """`/calls/end`"""

    operation = "calls_end"
    scopes = {"POST": "write:live"}
    rate_limited = False
    atomic_if_idempotent = True

    @extend_schema(
        tags=TAGS,
        summary="End a call",
        description=(
            "Ends the call here and now; hanging up at the provider, deleting its room, analysis and "
            "webhooks follow. Ending an ended call answers the same. As the vendor documents it, an invalid "
            "id, an unknown call and any other failure answer 200 with an empty body, unless the account has "
            "honest errors switched on or the request says `Prefer: handling=strict`."
        ),
        parameters=[PREFER_STRICT],
        request=EndCallRequest,
        responses={
            200: OpenApiResponse(TelephonyAnswer, description="Ended; or, with an empty body, not."),
            **error_responses("telephony", 400, 404, 409, 422),
        },
        examples=[
            OpenApiExample(
                "End",
                value={
                    "call_id": "550e8400-e29b-41d4-a716-446655440000",
                    "disconnect_reason": "Customer requested to end call",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        body = EndCallRequest(data=request.data)
        body.is_valid(raise_exception=True)
        call_id = body.validated_data["call_id"]
        reason = body.validated_data.get("disconnect_reason") or ""
        principal = self.principal
        ended = end(
            call_id,
            account_id=principal.account_id,
            reason=reason,
            actor=principal.label,
            require_own_number=True,
        )
        return self.answer(telephony_call(ended.call), "Call ended successfully")

    def handle_exception(self, exc: Exception) -> Response:
        """The seed's odd contract: what the caller got wrong is answered with 200 and nothing."""
        response = super().handle_exception(exc)
        quiet = isinstance(exc, ValidationError | ParseError | CallNotFound | NoPhoneNumber)
        if quiet and not self._wants_errors():
            log.warning("end_refused", why=type(exc).__name__, status=response.status_code)
            # Not even "null", as Response would say.
            return cast(Response, HttpResponse(content_type="application/json"))
        return response

    def _wants_errors(self) -> bool:
        if "handling=strict" in self.request.headers.get("Prefer", "").replace(" ", "").lower():
            return True
        return Account.objects.filter(pk=self.principal.account_id, strict_errors=True).exists()


class CallView(TelephonyView):
    """`/calls/{id}`"""

    operation = "calls_get"
    scopes = {"GET": "read:live"}

    @extend_schema(
        tags=TAGS,
        summary="Get one call",
        responses={200: TelephonyAnswer, **error_responses("telephony", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        call = get_call(call_id, self.principal.account_id)
        return self.answer(whole_call(call), "Call retrieved successfully")


class MakeCallView(TelephonyView):
    """`/calls/make-call`"""

    operation = "calls_make"
    scopes = {"POST": "write:live"}

    @extend_schema(
        tags=TAGS,
        summary="Start a test call",
        description="400 for bad input and for failures at the provider; a paid call is never dialled twice.",
        request=MakeCallRequest,
        responses={200: TelephonyAnswer, **error_responses("telephony", 400)},
    )
    def post(self, request: Request) -> Response:
        body = MakeCallRequest(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            wish = body.dial_request(idempotency.fingerprint_of(request), self.principal.label)
            call = dial(self.principal.account_id, wish)
        except ProviderRejectedCall as error:
            raise CallNotPlaced(str(error), error.code) from error
        except DialError as error:
            raise ValidationError(str(error)) from error
        return self.answer(telephony_call(call), "Call initiated successfully")
