"""Lists of the telephony surface: calls by query, calls put on record, the company's numbers."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.telephony.filters import QUERY_PARAMETERS, parse_query
from calls.api.telephony.representation import telephony_call, whole_calls
from calls.api.telephony.serializers import (
    RecordCallRequest,
    TelephonyAnswer,
    TelephonyCallsAnswer,
    TelephonyNumbersAnswer,
)
from calls.api.telephony.viewset import TAGS, TelephonyView
from calls.filters.planner import fetch_page
from calls.lifecycle.register_external import register_external_call
from calls.models import PhoneNumber
from liveplatform.api.exceptions import error_responses


class QueryView(TelephonyView):
    """`/calls/query`"""

    operation = "calls_query"
    scopes = {"GET": "read:live"}

    @extend_schema(
        tags=TAGS,
        summary="Query calls",
        description=(
            "Filters must all hold. A query that an index cannot answer within a bound is refused with 400 "
            "and says how to narrow it."
        ),
        parameters=QUERY_PARAMETERS,
        responses={200: TelephonyCallsAnswer, **error_responses("telephony", 400)},
    )
    def get(self, request: Request) -> Response:
        wanted = parse_query(request.query_params, self.principal.account_id)
        found = fetch_page(replace(wanted, limit=wanted.limit + 1))
        answer = self.answer(whole_calls(found[: wanted.limit]), "Calls retrieved successfully")
        answer.data |= {
            "page": wanted.offset // wanted.limit,
            "per_page": wanted.limit,
            "has_more": len(found) > wanted.limit,
        }
        return answer


class RecordCallView(TelephonyView):
    """`/calls`"""

    operation = "calls_record"
    scopes = {"POST": "write:live"}
    atomic = True

    @extend_schema(
        tags=TAGS,
        summary="Put a call on record, without dialling",
        description=(
            "A call that has a `call_sid` is taken to be live, and the same one told twice is one call; one "
            "that has none is queued. Unknown fields are ignored."
        ),
        request=RecordCallRequest,
        responses={200: TelephonyAnswer, **error_responses("telephony", 400, 409, 422)},
    )
    def post(self, request: Request) -> Response:
        body = RecordCallRequest(data=request.data)
        body.is_valid(raise_exception=True)
        call = register_external_call(self.principal.account_id, body.external_call(self.principal.label))
        return self.answer(telephony_call(call), "Call created successfully")


class PhoneNumbersView(TelephonyView):
    """`/phone_number`"""

    operation = "phone_number_list"
    scopes = {"GET": "read:live"}

    @extend_schema(
        tags=TAGS,
        summary="The phone numbers of the company",
        description="With an API key only, as the vendor documents it.",
        responses={200: TelephonyNumbersAnswer, **error_responses("telephony")},
    )
    def get(self, request: Request) -> Response:
        if self.principal.kind != "key":
            raise PermissionDenied("This endpoint takes an API key, not a JWT.")
        numbers = PhoneNumber.objects.filter(account_id=self.principal.account_id).order_by("id")
        return self.answer(
            [_shown(number) for number in numbers[:1000]], "Phone numbers retrieved successfully"
        )


def _shown(number: PhoneNumber) -> dict[str, Any]:
    return {
        "nickname": number.nickname,
        "phone_number": number.number,
        "number_country_code": number.country_code or None,
        "created_at": number.created_at.replace(tzinfo=None).isoformat(),
        "updated_at": number.updated_at.replace(tzinfo=None).isoformat(),
    }
