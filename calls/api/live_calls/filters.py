"""Filters of the list of live calls: its query string, and its parameters for the schema."""

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from calls.filters import CallFilter
from calls.filters.conditions import Condition
from calls.models import Call
from liveplatform.api.pagination import page_parameters
from liveplatform.api.serializers import PageQuery, refuse_unknown

VIDEO_ONLY = Condition.parse("channel", "eq", Call.Channel.VIDEO.value)
# Half-open ranges: adjacent ones hold every call once.
TIME_RANGES = {
    f"{name}_{side}": (f"{name}_at", operator)
    for name in ("scheduled", "started", "ended")
    for side, operator in (("after", "gte"), ("before", "lt"))
}

NAMES = frozenset({"host_user_id", "status", *TIME_RANGES, *PageQuery.NAMES})


def parse_filter(query: QueryDict) -> CallFilter:
    """Video calls that match. Raises InvalidFilter or ValidationError, which name the wrong parameter."""
    by_metadata = [name for name in query if name.startswith("metadata.")]
    refuse_unknown(query, (*NAMES, *by_metadata), "There is no such filter.")
    values = [
        Condition.parse(name, "eq", query[name]) for name in ("host_user_id", "status") if name in query
    ]
    times = [
        Condition.parse(column, operator, query[name], name)
        for name, (column, operator) in TIME_RANGES.items()
        if name in query
    ]
    metadata = [Condition.parse(name, "eq", query[name]) for name in by_metadata]
    return CallFilter((VIDEO_ONLY, *values, *times, *metadata))


def filter_parameters() -> list[OpenApiParameter]:
    """The query parameters of the list, for the schema."""
    sides = {"after": "at or after", "before": "before"}
    times = [
        OpenApiParameter(
            name,
            OpenApiTypes.DATETIME,
            description=f"Only calls {name.split('_')[0]} {sides[name.split('_')[1]]} this time (RFC 3339).",
        )
        for name in TIME_RANGES
    ]
    return [
        OpenApiParameter("host_user_id", str, description="Only calls of this host."),
        OpenApiParameter("status", str, enum=Call.Status.values, description="Only calls in this status."),
        *times,
        *page_parameters(),
    ]
