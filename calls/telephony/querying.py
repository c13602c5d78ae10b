"""What `/calls/query` is asked, in the vendor's names, as a selection of calls, an order and a page.

Source: docs.callab.ai, campaign-calls/query. The vendor's page hides the names of its operators and its
maximum of per_page; those are this platform's own (docs/queries.md).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.http import QueryDict

from calls.selecting import BadSelection, Selection
from calls.selecting.columns import COLUMNS, Column
from calls.selecting.conditions import Condition
from calls.selecting.ordering import NEWEST_FIRST, Order
from calls.selecting.selection import MOST_CONDITIONS
from calls.selecting.values import BadValue, text
from calls.selecting.wanted import Wanted

PER_PAGE = 10
MOST_PER_PAGE = 100
DEEPEST = 10_000

# The vendor's names of columns beside ours; where they are the same, ours stands for both.
NAMES = {
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
# Objects are sorted as their texts; what no call has here leaves the order as it is.
OBJECTS = {"metadata": "metadata", "agent_dynamic_variables": "dynamic_variables"}
NOTHING = ("agent_task_status", "agent_task_feedback", "agent_post_call_outcomes", "retry_at")
NOT_SORTABLE = ("id", "campaign_id", "ai_agent_id", "contact_id", "channel", "workspace_id")
SORTABLE = sorted({*NAMES, *OBJECTS, *NOTHING} - {*NOT_SORTABLE})
FILTERABLE = sorted(NAMES)
ARRAYS = ("filter_columns", "filter_values", "filter_operator")


def asked(query: QueryDict, account_id: UUID) -> Wanted:
    """The page that this query string asks for; BadSelection names the parameter that is wrong."""
    page = _number(query, "page", 0, DEEPEST, default=0)
    per_page = _number(query, "per_page", 1, MOST_PER_PAGE, default=PER_PAGE)
    if (page + 1) * per_page > DEEPEST:
        raise BadSelection(
            "page",
            f"Pages reach as deep as {DEEPEST:,} calls. Narrow the query by a date, or go on with "
            "GET /v1/calls (a cursor, any depth) or GET /v1/calls/export.",
        )
    conditions = (*_basic(query), *_dates(query), *_columns(query))
    if len(conditions) > MOST_CONDITIONS:
        raise BadSelection("filter_columns", f"Give at most {MOST_CONDITIONS} conditions.")
    selection = Selection(conditions, _search(query))
    return Wanted(account_id, selection, _order(query), page * per_page, per_page)


def _basic(query: QueryDict) -> Iterator[Condition]:
    for name in ("campaign_id", "ai_agent_id", "channel", "end_code"):
        if query.get(name):
            yield Condition.of(name, "eq", query[name])
    if query.get("status"):
        yield Condition.of("call_status", "contains", query["status"], "status")
    if query.get("disconnect_reason"):
        yield Condition.of("disconnect_reason", "contains", query["disconnect_reason"])


def _dates(query: QueryDict) -> Iterator[Condition]:
    """Days in UTC, both of them whole, of the start of the call."""
    if query.get("start_date"):
        first = _day(query, "start_date")
        yield Condition.of("started_at", "gte", first.isoformat(), "start_date")
    if query.get("end_date"):
        after = _day(query, "end_date") + timedelta(days=1)
        yield Condition.of("started_at", "lt", after.isoformat(), "end_date")


def _day(query: QueryDict, name: str) -> date:
    written = str(query[name])
    try:
        day = date.fromisoformat(written)
        if len(written) == 10 and written.isascii() and 1900 <= day.year < 9999:
            return day
    except ValueError:
        pass
    raise BadSelection(name, "Give a day as YYYY-MM-DD.")


def _columns(query: QueryDict) -> Iterator[Condition]:
    """The three parallel arrays, each with or without [] behind its name."""
    columns, values, operators = (query.getlist(f"{name}[]") + query.getlist(name) for name in ARRAYS)
    if not len(columns) == len(values) == len(operators):
        raise BadSelection(
            "filter_columns",
            f"filter_columns[], filter_values[] and filter_operator[] must be of the same length; they hold "
            f"{len(columns)}, {len(values)} and {len(operators)}.",
        )
    for index, (column, value, operator) in enumerate(zip(columns, values, operators, strict=True)):
        if column not in NAMES:
            raise BadSelection(f"filter_columns[{index}]", f"Give one of {', '.join(FILTERABLE)}.")
        yield Condition.of(NAMES[column], operator, value, f"filter_columns[{index}] ({column})")


def _search(query: QueryDict) -> str:
    try:
        return text(query.get("search", "")).strip()
    except BadValue as error:
        raise BadSelection("search", str(error)) from error


def _order(query: QueryDict) -> Order:
    name, way = query.get("sort_column") or "created_at", (query.get("order") or "desc").lower()
    if way not in ("asc", "desc"):
        raise BadSelection("order", "Give asc or desc.")
    if name not in SORTABLE:
        raise BadSelection("sort_column", f"Give one of {', '.join(SORTABLE)}.")
    descending = way == "desc"
    if name in NOTHING:
        return replace(NEWEST_FIRST, descending=descending)
    if name in OBJECTS:
        return Order(Column(name, OBJECTS[name]), descending, name)
    return Order(COLUMNS[NAMES[name]], descending, name)


def _number(query: QueryDict, name: str, least: int, most: int, *, default: int) -> int:
    written = query.get(name)
    if not written:
        return default
    if not (written.isascii() and written.isdigit() and len(written) < 9 and least <= int(written) <= most):
        raise BadSelection(name, f"Give a whole number from {least:,} to {most:,}.")
    return int(written)
