"""Fetch a page of calls within fixed limits, whatever the size of the account and the filter.

Two strategies are tried: `scan_index` reads along the index that has the requested order, `filter_then_sort`
reads all calls that some index leaves, if they are few. If neither finds the page within its limits,
FilterTooBroad is raised; the table is never scanned.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from calls.filters.conditions import Condition
from calls.filters.exceptions import FilterTooBroad
from calls.filters.fields import CREATED_AT, IndexKind, Operator
from calls.filters.filter_sort import filter_then_sort
from calls.filters.filterset import CallFilter
from calls.filters.index_scan import ScanResult, scan_index
from calls.filters.indexes import path_for_order
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.sql import bounded, distinct_values
from calls.models.call import Call
from liveplatform.limits.concurrency import Limit

# Rows read for one page: in the order of creation, where neighbours are adjacent on disk too; in any other
# order; and where documents or transcripts have to be read.
MAX_ROWS = 10_000
MAX_SCATTERED_ROWS = 2_500
MAX_WIDE_ROWS = 2_000
# The first part of a scan for a search: enough for a common word, and shows how rare another one is.
FIRST_SCAN_ROWS = 1_000
# A `contains` is resolved to the values that contain the text, if the column has no more than this.
MAX_DISTINCT_VALUES = 1_000
# Pages at a time that no index gives in their order, of an account and in all.
SEARCHES = Limit("searches", "searches of calls of this account", per_key=2, total=4)


def fetch_page(request: PageRequest) -> list[Call]:
    """The calls of the page, in order.

    Raises FilterTooBroad, InvalidFilter, and Busy beyond SEARCHES at a time.
    """
    request = replace(request, filters=request.filters.for_account(request.account_id))
    try:
        return _fetch(request)
    except FilterTooBroad as error:
        if request.order.column is CREATED_AT:
            raise
        raise FilterTooBroad(request.order.name) from error


def _fetch(request: PageRequest) -> list[Call]:
    request = _simplify_order(request)
    path = path_for_order(request.order, request.conditions)
    if path and request.is_covered_by(path):
        return _complete(scan_index(request, path, None))
    with SEARCHES.hold(request.account_id), bounded():
        for result in _strategies(request):
            if result is not None and result.is_complete:
                return _complete(result)
    raise FilterTooBroad


def _simplify_order(request: PageRequest) -> PageRequest:
    """Order by creation where the filter leaves one value of the column, or none."""
    column = request.order.column
    conditions = [condition for condition in request.conditions if condition.column is column]
    if any(condition.only_null for condition in conditions):
        return replace(request, order=NEWEST_FIRST)
    has_one_value = any(condition.operator == Operator.EQ for condition in conditions)
    if not has_one_value or column.index != IndexKind.BY_VALUE:
        return request
    return replace(request, order=Order(CREATED_AT, not request.order.descending))


def _complete(result: ScanResult) -> list[Call]:
    return result.calls + (_fetch(result.tail) if result.tail else [])


def _strategies(request: PageRequest) -> Iterator[ScanResult | None]:
    """Results of the strategies, cheapest first; None for one that does not apply."""
    first = None
    if not request.selects_by_id:
        first = _scan(request, FIRST_SCAN_ROWS if request.search else MAX_ROWS)
        yield first
    expanded = replace(request, filters=expand_contains(request.filters, request.account_id))
    scan_again = _is_promising(first, request) if request.search else expanded != request
    if scan_again:
        yield _scan(expanded, MAX_ROWS)
    calls = filter_then_sort(expanded, MAX_WIDE_ROWS if request.reads_transcripts else MAX_ROWS)
    yield None if calls is None else ScanResult(calls)
    if request.search and not scan_again:
        yield _scan(expanded, MAX_ROWS)


def _is_promising(first: ScanResult | None, request: PageRequest) -> bool:
    """Whether a longer scan is likely to fill the page, by the matches in its first part."""
    found = len(first.calls) if first else 0
    return found * MAX_ROWS > 2 * request.limit * FIRST_SCAN_ROWS


def _scan(request: PageRequest, most: int) -> ScanResult | None:
    path = path_for_order(request.order, request.conditions)
    if path is None:
        return None
    if path.order is not CREATED_AT:
        most = min(most, MAX_SCATTERED_ROWS)
    if request.reads_transcripts:
        most = min(most, MAX_WIDE_ROWS)
    # A deep page of a filter that most calls match, such as one channel, is read like a page without it.
    most = max(most, 2 * (request.offset + request.limit))
    return scan_index(request, path, None if request.is_covered_by(path) else most)


def expand_contains(filters: CallFilter, account_id: UUID) -> CallFilter:
    """Replace each `contains` on a column of few values by the values that contain the text."""
    return replace(filters, conditions=tuple(_expand(each, account_id) for each in filters.conditions))


def _expand(condition: Condition, account_id: UUID) -> Condition:
    column, part = condition.column, str(condition.value)
    if condition.operator != Operator.CONTAINS or not column.bytewise or not part:
        return condition
    values = distinct_values(column.field, account_id, MAX_DISTINCT_VALUES)
    if values is None:
        return condition
    found = [value for value in values if part.upper() in value.upper()]
    if len(found) == 1:
        return Condition(column, Operator.EQ, found[0])
    return Condition(column, Operator.IN, found)
