"""Parse the query string of `/calls/query`: filters, order and page under the vendor's field names.

Source: https://docs.callab.ai/api-reference/campaign-calls/query. That page names neither the operators nor
a maximum of per_page; those are this platform's own (docs/queries.md).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from calls.filters import CallFilter, InvalidFilter
from calls.filters.conditions import Condition
from calls.filters.exceptions import InvalidValue
from calls.filters.fields import CHANNEL, COLUMNS, Column, Operator
from calls.filters.filterset import MAX_CONDITIONS
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.values import text
from calls.models import Call
from liveplatform.api.serializers import refuse_unknown

DEFAULT_PER_PAGE = 10
MAX_PER_PAGE = 100
MAX_OFFSET = 10_000

# Field name in the vendor's API: name of the filterable field here (calls.filters.fields).
FIELD_NAMES = {
    "name": "to",
    "call_to": "to",
    "call_from": "from",
    "call_sid": "provider_call_id",
    "call_provider": "provider",
    "call_direction": "direction",
    "call_duration": "duration",
    "call_rating": "rating",
    "call_feedback": "feedback",
    "record_url": "recording_url",
    "transcript_language": "language",
    "analysis_sentiment": "sentiment",
    "workspace_id": "workspace",
} | {
    name: name
    for name in (
        *("id", "campaign_id", "ai_agent_id", "contact_id", "call_status", "channel", "end_code", "ended_by"),
        *("disconnect_reason", "transcript", "notes", "is_test", "cost", "price_unit", "latency"),
        *("created_at", "updated_at", "started_at", "ended_at"),
    )
}
# JSON objects are sorted by their text.
JSON_FIELDS = {"metadata": "metadata", "agent_dynamic_variables": "dynamic_variables"}
# Fields that no column holds: sorting by one of them leaves the calls in the order of their creation.
WITHOUT_COLUMN = ("agent_task_status", "agent_task_feedback", "agent_post_call_outcomes", "retry_at")
NOT_SORTABLE = ("id", "campaign_id", "ai_agent_id", "contact_id", "channel", "workspace_id")
SORTABLE = sorted({*FIELD_NAMES, *JSON_FIELDS, *WITHOUT_COLUMN} - {*NOT_SORTABLE})
FILTERABLE = sorted(FIELD_NAMES)
ANY_CHANNEL = "any"
# Columns that are empty in every video call: a value there selects phone calls only.
OF_PHONE_CALLS = ("campaign_id", "ai_agent_id", "contact_id", "to", "from")
FILTER_ARRAYS = ("filter_columns", "filter_values", "filter_operator")


def _array_parameter(name: str, description: str, allowed: list[str] | None = None) -> OpenApiParameter:
    items: dict[str, Any] = {"type": "string"} | ({"enum": allowed} if allowed else {})
    return OpenApiParameter(f"{name}[]", {"type": "array", "items": items}, description=description)


QUERY_PARAMETERS = [
    OpenApiParameter("campaign_id", OpenApiTypes.UUID),
    OpenApiParameter("ai_agent_id", OpenApiTypes.UUID),
    OpenApiParameter("status", str, description="A substring of call_status, case-insensitive."),
    OpenApiParameter("search", str, description="Words in call_to, notes, feedback or transcript."),
    OpenApiParameter("start_date", OpenApiTypes.DATE, description="Started on or after this day (UTC)."),
    OpenApiParameter("end_date", OpenApiTypes.DATE, description="Started on or before this day (UTC)."),
    OpenApiParameter("disconnect_reason", str, description="A substring, case-insensitive."),
    OpenApiParameter("end_code", str, description="The platform's code for why the call ended."),
    OpenApiParameter("channel", str, enum=["phone", "video", ANY_CHANNEL], description="Default: phone."),
    OpenApiParameter("page", int, description="Counts from 0; pages reach the first 10,000 calls."),
    OpenApiParameter("per_page", int, description=f"1 to {MAX_PER_PAGE}, default {DEFAULT_PER_PAGE}."),
    OpenApiParameter("sort_column", str, enum=SORTABLE, description="Default: created_at."),
    OpenApiParameter("order", str, enum=["asc", "desc"], description="Default: desc."),
    _array_parameter(
        "filter_columns",
        "Columns to filter by; each has an operator and a value at the same index.",
        FILTERABLE,
    ),
    _array_parameter("filter_values", "Values; for `in` separated by commas, for `is_null` true or false."),
    _array_parameter("filter_operator", "Operators.", [operator.value for operator in Operator]),
]

NAMES = frozenset({*(parameter.name for parameter in QUERY_PARAMETERS), *FILTER_ARRAYS})


def parse_query(query: QueryDict, account_id: UUID) -> PageRequest:
    """The page of the account's calls that the query string asks for.

    Raises InvalidFilter, or ValidationError for unknown parameters.
    """
    by_metadata = [name for name in query if name.startswith("metadata.")]
    refuse_unknown(query, (*NAMES, *by_metadata), "There is no such parameter.")
    page = _parse_int(query, "page", 0, MAX_OFFSET, default=0)
    per_page = _parse_int(query, "per_page", 1, MAX_PER_PAGE, default=DEFAULT_PER_PAGE)
    if (page + 1) * per_page > MAX_OFFSET:
        raise InvalidFilter(
            "page",
            f"Pages reach as deep as {MAX_OFFSET:,} calls. Narrow the query by a date, or go on with "
            "GET /v1/calls (a cursor, any depth) or GET /v1/calls/export.",
        )
    conditions = (*_field_conditions(query), *_date_conditions(query), *_filter_conditions(query))
    if len(conditions) > MAX_CONDITIONS:
        raise InvalidFilter("filter_columns", f"Give at most {MAX_CONDITIONS} conditions.")
    filters = CallFilter((*conditions, *_channel_condition(query, conditions)), _parse_search(query))
    return PageRequest(account_id, filters, _parse_order(query), page * per_page, per_page)


def _field_conditions(query: QueryDict) -> Iterator[Condition]:
    for name in ("campaign_id", "ai_agent_id", "end_code"):
        if query.get(name):
            yield Condition.parse(name, "eq", query[name])
    for name in query:
        if name.startswith("metadata."):
            yield Condition.parse(name, "eq", query[name])
    if query.get("status"):
        yield Condition.parse("call_status", "contains", query["status"], "status")
    if query.get("disconnect_reason"):
        yield Condition.parse("disconnect_reason", "contains", query["disconnect_reason"])


def _channel_condition(query: QueryDict, others: tuple[Condition, ...]) -> Iterator[Condition]:
    """Phone calls only, unless the query says otherwise, by this parameter or by a column filter."""
    is_settled = any(
        each.column is CHANNEL or (each.column.name in OF_PHONE_CALLS and each.excludes_null)
        for each in others
    )
    channel = query.get("channel") or (ANY_CHANNEL if is_settled else Call.Channel.PHONE.value)
    if channel != ANY_CHANNEL:
        yield Condition.parse("channel", "eq", channel)


def _date_conditions(query: QueryDict) -> Iterator[Condition]:
    """Both days are inclusive, in UTC, and apply to the start of the call."""
    if query.get("start_date"):
        first = _parse_day(query, "start_date")
        yield Condition.parse("started_at", "gte", first.isoformat(), "start_date")
    if query.get("end_date"):
        after = _parse_day(query, "end_date") + timedelta(days=1)
        yield Condition.parse("started_at", "lt", after.isoformat(), "end_date")


def _parse_day(query: QueryDict, name: str) -> date:
    value = str(query[name])
    try:
        day = date.fromisoformat(value)
        if len(value) == 10 and value.isascii() and 1900 <= day.year < 9999:
            return day
    except ValueError:
        pass
    raise InvalidFilter(name, "Give a day as YYYY-MM-DD.")


def _filter_conditions(query: QueryDict) -> Iterator[Condition]:
    """The three parallel arrays; the name of each may end with []."""
    columns, values, operators = (query.getlist(f"{name}[]") + query.getlist(name) for name in FILTER_ARRAYS)
    if not len(columns) == len(values) == len(operators):
        raise InvalidFilter(
            "filter_columns",
            f"filter_columns[], filter_values[] and filter_operator[] must be of the same length; they hold "
            f"{len(columns)}, {len(values)} and {len(operators)}.",
        )
    for index, (column, value, operator) in enumerate(zip(columns, values, operators, strict=True)):
        if column not in FIELD_NAMES:
            raise InvalidFilter(f"filter_columns[{index}]", f"Give one of {', '.join(FILTERABLE)}.")
        yield Condition.parse(FIELD_NAMES[column], operator, value, f"filter_columns[{index}] ({column})")


def _parse_search(query: QueryDict) -> str:
    try:
        return text(query.get("search", "")).strip()
    except InvalidValue as error:
        raise InvalidFilter("search", str(error)) from error


def _parse_order(query: QueryDict) -> Order:
    name, direction = query.get("sort_column") or "created_at", (query.get("order") or "desc").lower()
    if direction not in ("asc", "desc"):
        raise InvalidFilter("order", "Give asc or desc.")
    if name not in SORTABLE:
        raise InvalidFilter("sort_column", f"Give one of {', '.join(SORTABLE)}.")
    descending = direction == "desc"
    if name in WITHOUT_COLUMN:
        return replace(NEWEST_FIRST, descending=descending)
    if name in JSON_FIELDS:
        return Order(Column(name, JSON_FIELDS[name]), descending, name)
    return Order(COLUMNS[FIELD_NAMES[name]], descending, name)


def _parse_int(query: QueryDict, name: str, minimum: int, maximum: int, *, default: int) -> int:
    value = query.get(name)
    if not value:
        return default
    # Of ASCII digits only, and short: int() takes every script's digits, and time for many of them.
    if not (value.isascii() and value.isdigit() and len(value) < 9 and minimum <= int(value) <= maximum):
        raise InvalidFilter(name, f"Give a whole number from {minimum:,} to {maximum:,}.")
    return int(value)
