"""The platform's own list of all calls, in the filter language of calls.filters."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.platform.serializers import CallSerializer
from calls.api.telephony.lists import RecordCallView
from calls.filters import CallFilter, InvalidFilter
from calls.filters.fields import COLUMNS, CREATED_AT
from calls.filters.ordering import Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.representation import represent_call
from liveplatform.api.exceptions import error_responses
from liveplatform.api.pagination import page_parameters, parse_page, slice_page
from liveplatform.api.surfaces import PLATFORM

TAGS = ["Calls"]
ORDER = OpenApiParameter(
    "order", str, enum=["asc", "desc"], description="By their creation; default desc, the newest first."
)


class CallsSerializer(serializers.Serializer[dict[str, Any]]):
    """A page of calls; `next_cursor` is null on the last."""

    calls = CallSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def filter_parameters() -> list[OpenApiParameter]:
    """Every column with its operators, as `column=value` and `column[operator]=value`."""
    found = []
    for column in COLUMNS.values():
        operators = {operator.value: {"type": "string"} for operator in column.operators}
        schema = {"oneOf": [{"type": "string"}, {"type": "object", "properties": operators}]}
        described = f"`{column.name}=…`, or with an operator: " + ", ".join(
            f"`{column.name}[{operator}]`" for operator in operators
        )
        found.append(
            OpenApiParameter(column.name, schema, style="deepObject", explode=True, description=described)
        )
    return [
        *found,
        OpenApiParameter(
            "search", str, description="Words of notes, feedback, title or transcript; digits of `to`."
        ),
    ]


def is_descending(request: Request) -> bool:
    """Whether the newest come first."""
    order = request.query_params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise InvalidFilter("order", "Give asc or desc.")
    return order == "desc"


class CallsListView(RecordCallView):
    """`/v1/calls`: the platform's list by GET; by POST the telephony surface's, whose address it is too."""

    scopes = {"GET": "read:live", **RecordCallView.scopes}

    surfaces = {"get": PLATFORM}

    @extend_schema(
        operation_id="platform_calls_list",
        tags=TAGS,
        summary="List all calls, newest first",
        description="All filters must hold. One that no index answers within a bound is refused with 400.",
        parameters=[*filter_parameters(), ORDER, *page_parameters()],
        responses={200: CallsSerializer, **error_responses("platform", 400)},
    )
    def get(self, request: Request) -> Response:
        limit, after = parse_page(request)
        selection = CallFilter.from_query(request.query_params, ignore=("cursor", "limit", "order"))
        order = Order(CREATED_AT, is_descending(request))
        wanted = PageRequest(self.principal.account_id, selection, order, limit=limit + 1, after=after)
        calls, cursor = slice_page(fetch_page(wanted), limit)
        return Response({"calls": [represent_call(call) for call in calls], "next_cursor": cursor})
