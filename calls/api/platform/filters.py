"""Query parameters of the call list and the export: the language of calls.filters, and the order."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from calls.filters import InvalidFilter
from calls.filters.fields import COLUMNS, CREATED_AT, Operator
from calls.filters.ordering import Order

ORDER = OpenApiParameter(
    "order", str, enum=["asc", "desc"], description="Order by creation time; default: desc, newest first."
)
SEARCH = OpenApiParameter(
    "search", str, description="Words in notes, feedback, title or transcript; digits in `to`."
)


def filter_parameters() -> list[OpenApiParameter]:
    """Each column as `column=value`, and with each other operator as `column[operator]=value`; search; order.

    A parameter each, because client generators cannot write objects with operators (`deepObject`).
    """
    parameters = []
    for column in COLUMNS.values():
        for operator in column.operators:
            name = column.name if operator is Operator.EQ else f"{column.name}[{operator}]"
            parameters.append(OpenApiParameter(name, str))
    return [*parameters, SEARCH, ORDER]


def parse_order(request: Request) -> Order:
    """The order of `order`: by creation, the newest first by default. Raises InvalidFilter."""
    direction = request.query_params.get("order", "desc")
    if direction not in ("asc", "desc"):
        raise InvalidFilter("order", "Give asc or desc.")
    return Order(CREATED_AT, descending=direction == "desc")
