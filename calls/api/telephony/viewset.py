"""Telephony calls over REST."""

from dataclasses import replace
from typing import cast
from uuid import UUID

import structlog
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsViewSet
from calls.api.exceptions import CallNotPlaced
from calls.api.telephony import schema
from calls.api.telephony import serializers as shapes
from calls.api.telephony.filters import QUERY_PARAMETERS, parse_query
from calls.api.telephony.make_call import MakeCallRequest
from calls.api.telephony.parsers import EndBodyParser
from calls.api.telephony.representation import Answer, TelephonyCall, page_answer, with_insight
from calls.api.telephony.surface import TELEPHONY
from calls.exceptions import CallNotFound, NoPhoneNumber, ProviderRejectedCall
from calls.filters.planner import fetch_page
from calls.lifecycle.dial import dial
from calls.lifecycle.dial_plan import DialRequest
from calls.lifecycle.end import end
from calls.models import Call
from liveplatform.accounts.models import Account
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api import idempotency

log = structlog.get_logger(__name__)

# What the vendor answers with 200 and an empty body.
ERRORS_OF_CALLER = (ValidationError, ParseError, CallNotFound, NoPhoneNumber)


class TelephonyCallViewSet(CallsViewSet):
    """`/calls`, and the same under `/v1`"""

    queryset = Call.objects.all()
    serializer_class = shapes.TelephonyAnswer
    surface = TELEPHONY
    tags = ["Telephony calls"]
    scopes = {"retrieve": READ, "query": READ, "make_call": WRITE, "end": WRITE}
    atomic_if_idempotent_actions = frozenset({"end"})
    query_names = {"query": None}
    lenient_actions = unthrottled_actions = frozenset({"end"})
    errors = {"end": (404, 409, 422)}

    @extend_schema(summary="Get one call")
    def retrieve(self, request: Request, call_id: UUID) -> Response:
        return _answer("Call retrieved successfully", with_insight(self.get_object()))

    @extend_schema(
        summary="Query calls",
        description=(
            "Calls must match all filters. 400 for a query that no index can answer; the message says how to "
            "narrow it."
        ),
        parameters=QUERY_PARAMETERS,
        responses=shapes.TelephonyCallsAnswer,
    )
    @action(detail=False)
    def query(self, request: Request) -> Response:
        page = parse_query(request.query_params, self.principal.account_id)
        found = fetch_page(replace(page, limit=page.limit + 1))
        return Response(shapes.TelephonyCallsAnswer.write(page_answer(found, page)))

    @extend_schema(
        summary="Make a call",
        description=(
            "400 for invalid input and for failures at the provider; a call is never dialled twice. An agent "
            "(`ai_agent_id`), `url` or `twiml` is needed: without one, whoever answers would hear nothing. "
            "`is_test` marks a test call (default: false)."
        ),
        request=MakeCallRequest,
        responses=shapes.TelephonyAnswer,
    )
    @action(detail=False, methods=["post"], url_path="make-call")
    def make_call(self, request: Request) -> Response:
        dial_request = DialRequest(
            **self.read(MakeCallRequest),
            submission_key=idempotency.fingerprint_of(request),
            actor=self.principal.label,
        )
        try:
            call = dial(self.principal.account_id, dial_request)
        except ProviderRejectedCall as error:
            raise CallNotPlaced(str(error), error.code) from error  # which releases the Idempotency-Key
        return _answer("Call initiated successfully", TelephonyCall(self.shown(call, "provider_call_id")))

    @schema.END
    @action(detail=False, methods=["post"], parser_classes=[EndBodyParser])
    def end(self, request: Request) -> Response:
        ended = end(**self.read(shapes.EndCallRequest), require_own_number=True, **self.requester)
        return _answer("Call ended successfully", TelephonyCall(self.shown(ended.call)))

    def handle_exception(self, exc: Exception) -> Response:
        """What the caller got wrong in an end is answered 200 with an empty body, as the vendor does.

        https://docs.callab.ai/api-reference/campaign-calls/end
        """
        response = super().handle_exception(exc)
        if self.action != "end" or not isinstance(exc, ERRORS_OF_CALLER):
            return response
        if self._prefers_strict_handling:
            response["Preference-Applied"] = "handling=strict"  # RFC 7240
        elif not Account.objects.filter(pk=self.principal.account_id, strict_errors=True).exists():
            log.warning("end_refused", why=type(exc).__name__, status=response.status_code)
            # Not even "null", as Response would say.
            return cast(Response, HttpResponse(content_type="application/json"))
        return response

    @property
    def _prefers_strict_handling(self) -> bool:
        return "handling=strict" in self.request.headers.get("Prefer", "").replace(" ", "").lower()


def _answer(message: str, call: TelephonyCall) -> Response:
    return Response(shapes.TelephonyAnswer.write(Answer(message, call)))
