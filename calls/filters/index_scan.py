"""Walking: along the index that has the wanted order, as far as it takes and no further than a bound."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from calls.filters.conditions import Condition
from calls.filters.fields import COLUMNS, ENDED_AT, Operator
from calls.filters.indexes import IndexPath
from calls.filters.ordering import NEWEST_FIRST
from calls.filters.page_request import PageRequest
from calls.filters.subquery_from import limited_to
from calls.models.call import Call
from calls.models.call_indexes import CLOCK_SKEW
from liveplatform.db.rows import in_bulk

CREATED_BY_THEN = (COLUMNS["scheduled_at"], COLUMNS["started_at"], ENDED_AT)
LATEST = datetime.max.replace(tzinfo=UTC) - CLOCK_SKEW


@dataclass(frozen=True)
class ScanResult:
    """The calls that were found, and where the rest of the page is to be looked for, if anywhere.

    `is_complete`: they are the page, so far; not only what was met before the bound was.
    """

    calls: list[Call]
    tail: PageRequest | None = None
    is_complete: bool = True


def scan_index(wanted: PageRequest, path: IndexPath, most: int | None) -> ScanResult:
    """The page, if so many calls along the path fill it, or are all there is. No bound where the path
    settles everything: each call that is met is one of the page, or before it."""
    order = wanted.order.index_ordering()
    calls = wanted.scan(path).order_by(*order)
    if most is None:
        return _result(wanted, calls, fetch_rows(calls, wanted))
    calls = calls.filter(_created_before(wanted))
    window = limited_to(calls[:most], wanted.remaining_filter(path)).order_by(*order)
    found = fetch_rows(window, wanted)
    if len(found) < wanted.limit and calls[most : most + 1].exists():
        return ScanResult(found, is_complete=False)
    return _result(wanted, window, found)


def fetch_rows(calls: QuerySet[Call], wanted: PageRequest) -> list[Call]:
    """The rows of the page. Ids alone are passed over and sorted, which an index holds; the rows of the page
    come by a statement that is prepared, for to put sixty columns into SQL takes longer than to read them."""
    ids = list(calls.values_list("pk", flat=True)[wanted.offset : wanted.offset + wanted.limit])
    found = in_bulk(Call, ids)
    return [found[pk] for pk in ids if pk in found]


def _created_before(wanted: PageRequest) -> Q:
    """A call that was to begin by a time was made by then, so a walk from the newest may begin there."""
    bounds = [
        condition.read()
        for condition in wanted.conditions
        if condition.column in CREATED_BY_THEN and condition.operator in (Operator.LT, Operator.LTE)
    ]
    if not bounds or wanted.order != NEWEST_FIRST:
        return Q()
    latest = min(*bounds, LATEST)
    imported = Call.objects.filter(
        Q(scheduled_at__lte=latest) | Q(started_at__lte=latest) | Q(ended_at__lte=latest),
        account_id=wanted.account_id,
        is_imported=True,
        created_at__gte=latest + CLOCK_SKEW,
    )
    return Q() if imported.exists() else Q(created_at__lt=latest + CLOCK_SKEW)


def _result(wanted: PageRequest, calls: QuerySet[Call], found: list[Call]) -> ScanResult:
    """Calls that hold nothing in the column of the order come after all that do, newest first."""
    column = wanted.order.column
    complete = any(c.column is column and c.excludes_null for c in wanted.conditions)
    if len(found) == wanted.limit or complete or not wanted.order.has_nulls:
        return ScanResult(found)
    before = wanted.offset + len(found) if found else calls[: wanted.offset].count()
    nothing = Condition(column, Operator.IS_NULL, True)
    rest = replace(
        wanted,
        filters=replace(wanted.filters, conditions=(*wanted.conditions, nothing)),
        order=NEWEST_FIRST,
        offset=max(0, wanted.offset - before),
        limit=wanted.limit - len(found),
    )
    return ScanResult(found, rest)
