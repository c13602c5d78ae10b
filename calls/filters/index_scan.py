"""Strategy 1: read the index that has the requested order, up to a maximum number of rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from calls.filters.conditions import Condition
from calls.filters.fields import COLUMNS, ENDED_AT, Operator
from calls.filters.indexes import IndexPath
from calls.filters.ordering import NEWEST_FIRST
from calls.filters.page_request import PageRequest
from calls.filters.sql import limited_to
from calls.models.call import Call
from calls.models.call_indexes import CLOCK_SKEW
from liveplatform.db.rows import in_bulk

# A call that was to begin or end by some time was created by then, unless it was imported.
CREATED_BY_THEN = (COLUMNS["scheduled_at"], COLUMNS["started_at"], ENDED_AT)
LATEST = datetime.max.replace(tzinfo=UTC) - CLOCK_SKEW


@dataclass(frozen=True)
class ScanResult:
    """Calls found. `tail`: the request for the rest of the page, if the scan covers only a part of the order.

    `is_complete`: False if the maximum was reached before the page was full.
    """

    calls: list[Call]
    tail: PageRequest | None = None
    is_complete: bool = True


def scan_index(request: PageRequest, path: IndexPath, most: int | None) -> ScanResult:
    """The page from up to `most` rows of this index; None: unlimited, for an index that covers the filter."""
    order = request.order.index_ordering()
    calls = request.scan(path).order_by(*order)
    if most is None:
        return _result(request, calls, fetch_rows(calls, request))
    calls = calls.filter(_created_before(request))
    window = limited_to(calls[:most], request.remaining_filter(path)).order_by(*order)
    found = fetch_rows(window, request)
    if len(found) < request.limit and calls[most : most + 1].exists():
        return ScanResult(found, is_complete=False)
    return _result(request, window, found)


def fetch_rows(calls: QuerySet[Call], request: PageRequest) -> list[Call]:
    """The rows of the page. First their ids, which an index holds, so that offsets and sorts are cheap; then
    the rows by a prepared statement, for composing SQL with sixty columns takes longer than reading them."""
    ids = list(calls.values_list("pk", flat=True)[request.offset : request.offset + request.limit])
    found = in_bulk(Call, ids)
    return [found[pk] for pk in ids if pk in found]


def _created_before(request: PageRequest) -> Q:
    """A bound on created_at that follows from bounds on other times, so a scan of the past starts there."""
    bounds = [
        condition.read()
        for condition in request.conditions
        if condition.column in CREATED_BY_THEN and condition.operator in (Operator.LT, Operator.LTE)
    ]
    if not bounds or request.order != NEWEST_FIRST:
        return Q()
    latest = min(*bounds, LATEST)
    imported = Call.objects.filter(
        Q(scheduled_at__lte=latest) | Q(started_at__lte=latest) | Q(ended_at__lte=latest),
        account_id=request.account_id,
        is_imported=True,
        created_at__gte=latest + CLOCK_SKEW,
    )
    return Q() if imported.exists() else Q(created_at__lt=latest + CLOCK_SKEW)


def _result(request: PageRequest, calls: QuerySet[Call], found: list[Call]) -> ScanResult:
    """With a `tail` for calls with an empty column, which follow all others, newest first."""
    column = request.order.column
    has_no_empty = any(c.column is column and c.excludes_null for c in request.conditions)
    if len(found) == request.limit or has_no_empty or not request.order.has_nulls:
        return ScanResult(found)
    before = request.offset + len(found) if found else calls[: request.offset].count()
    is_null = Condition(column, Operator.IS_NULL, True)
    tail = replace(
        request,
        filters=replace(request.filters, conditions=(*request.conditions, is_null)),
        order=NEWEST_FIRST,
        offset=max(0, request.offset - before),
        limit=request.limit - len(found),
    )
    return ScanResult(found, tail)
