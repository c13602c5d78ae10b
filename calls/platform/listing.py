"""The platform's own list of all calls, in the filter language of calls.selecting."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from calls.description import describe
from calls.platform.serializers import CallSerializer
from calls.selecting import BadSelection, Selection
from calls.selecting.columns import COLUMNS, CREATED_AT
from calls.selecting.finding import page
from calls.selecting.ordering import Order
from calls.selecting.wanted import Wanted
from calls.telephony.lists import RecordCallView
from liveplatform.api.errors import problems
from liveplatform.api.pagination import asked, page_of, page_parameters

TAGS = ["Calls"]
ORDER = OpenApiParameter(
    "order", str, enum=["asc", "desc"], description="By their creation; default desc, the newest first."
)


class CallsSerializer(serializers.Serializer[dict[str, Any]]):
    """A page of calls; `next_cursor` is null on the last."""

    calls = CallSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def filters() -> list[OpenApiParameter]:
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


def direction(request: Request) -> bool:
    """Whether the newest come first."""
    order = request.query_params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise BadSelection("order", "Give asc or desc.")
    return order == "desc"


class CallsListView(RecordCallView):
    """`/v1/calls`: the platform's list by GET; by POST the telephony surface's, whose address it is too."""

    scopes = {"GET": "read:live", **RecordCallView.scopes}

    @property
    def surface(self) -> str:  # type: ignore[override]
        return "house" if self.request.method == "GET" else "telephony"

    @extend_schema(
        operation_id="platform_calls_list",
        tags=TAGS,
        summary="List all calls, newest first",
        description="All filters must hold. One that no index answers within a bound is refused with 400.",
        parameters=[*filters(), ORDER, *page_parameters()],
        responses={200: CallsSerializer, **problems("house", 400)},
    )
    def get(self, request: Request) -> Response:
        limit, after = asked(request)
        selection = Selection.from_query(request.query_params, besides=("cursor", "limit", "order"))
        order = Order(CREATED_AT, direction(request))
        wanted = Wanted(self.principal.account_id, selection, order, limit=limit + 1, after=after)
        calls, cursor = page_of(page(wanted), limit)
        return Response({"calls": [describe(call) for call in calls], "next_cursor": cursor})
