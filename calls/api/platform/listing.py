"""The platform's own list of all calls, in the filter language of calls.filters."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request

from calls.api.base import READ, WRITE, CallPagination
from calls.api.telephony.registration import RegisterCallMixin
from calls.api.telephony.surface import TELEPHONY
from calls.filters import CallFilter, InvalidFilter
from calls.filters.fields import COLUMNS, CREATED_AT
from calls.filters.ordering import Order
from calls.models import Call
from calls.representation import CallSerializer
from liveplatform.api.pagination import page_parameters
from liveplatform.api.serializers import EnvelopeSerializer

TAGS = ["Calls"]
ORDER = OpenApiParameter(
    "order", str, enum=["asc", "desc"], description="By their creation; default desc, the newest first."
)


class CallsSerializer(EnvelopeSerializer):
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


@extend_schema_view(
    list=extend_schema(
        summary="List all calls, newest first",
        description="All filters must hold. One that no index answers within a bound is refused with 400.",
        parameters=[*filter_parameters(), ORDER, *page_parameters()],
    )
)
class CallListViewSet(ListModelMixin, RegisterCallMixin):
    """`/v1/calls`: the platform's list by GET; by POST the telephony API's registration of calls."""

    queryset = Call.objects.all()
    serializer_class = CallSerializer
    list_serializer_class = CallsSerializer
    pagination_class = CallPagination
    surfaces = {"create": TELEPHONY}
    tags = TAGS
    scopes = {"list": READ, "create": WRITE}
    atomic_actions = frozenset({"create"})

    def call_filter(self) -> CallFilter:
        return CallFilter.from_query(self.request.query_params, ignore=("cursor", "limit", "order"))

    def call_order(self) -> Order:
        return Order(CREATED_AT, is_descending(self.request))
