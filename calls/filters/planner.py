"""Finding a page of calls within a bound, however large the account and whatever is asked.

Two ways are tried. Walking: along the index that has the wanted order, until the page is full or a bound is
reached. Gathering: some index leaves few calls that can be meant, so all of them are looked at and sorted.
Where both fail the answer is TooBroad, at once: never a table scan.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from calls.filters.distinct_values import expand_contains
from calls.filters.exceptions import FilterTooBroad
from calls.filters.fields import CREATED_AT, IndexKind, Operator
from calls.filters.filter_sort import filter_then_sort
from calls.filters.index_scan import ScanResult, scan_index
from calls.filters.indexes import path_for_order
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.models.call import Call

# Calls that are looked at for one answer: in the order of their creation, where neighbours are neighbours
# on the disk too; in any other order; and where their words or transcripts have to be looked into.
MAX_ROWS = 10_000
MAX_SCATTERED_ROWS = 2_500
MAX_WIDE_ROWS = 2_000
# Of these at first: a word that is common is met soon, and of a rare one this tells how rare it is.
FIRST_SCAN_ROWS = 1_000
# A bound in rows is one in time, unless the machine is ill.
STATEMENT_TIMEOUT = timedelta(seconds=3)
SET_BOUNDS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"


def fetch_page(wanted: PageRequest) -> list[Call]:
    """The calls of the page, in order; TooBroad where that would take looking through too many."""
    try:
        return _fetch(wanted)
    except FilterTooBroad as error:
        if wanted.order.column is CREATED_AT:
            raise
        raise FilterTooBroad(wanted.order.name) from error


def _fetch(wanted: PageRequest) -> list[Call]:
    wanted = _simplify_order(wanted)
    path = path_for_order(wanted.order, wanted.conditions)
    if path and wanted.is_covered_by(path):
        return _complete(scan_index(wanted, path, None))
    with _bounded():
        for walked in _strategies(wanted):
            if walked is not None and walked.is_complete:
                return _complete(walked)
    raise FilterTooBroad


def _simplify_order(wanted: PageRequest) -> PageRequest:
    """Calls that all hold the same value, or nothing, are in the order of their creation."""
    column = wanted.order.column
    asked = [condition for condition in wanted.conditions if condition.column is column]
    if any(condition.only_null for condition in asked):
        return replace(wanted, order=NEWEST_FIRST)
    one = any(condition.operator == Operator.EQ for condition in asked)
    if not one or column.index != IndexKind.BY_VALUE:
        return wanted
    return replace(wanted, order=Order(CREATED_AT, not wanted.order.descending))


def _complete(walked: ScanResult | None) -> list[Call]:
    if walked is None:
        raise FilterTooBroad
    return walked.calls + (_fetch(walked.tail) if walked.tail else [])


def _strategies(wanted: PageRequest) -> Iterator[ScanResult | None]:
    """One way after the other, the cheapest first; None where it does not lead to all that is wanted."""
    first = None
    if not wanted.selects_by_id:
        first = _scan(wanted, FIRST_SCAN_ROWS if wanted.search else MAX_ROWS)
        yield first
    clearer = replace(wanted, filters=expand_contains(wanted.filters, wanted.account_id))
    longer = _is_promising(first, wanted) if wanted.search else clearer != wanted
    if longer:
        yield _scan(clearer, MAX_ROWS)
    most = MAX_WIDE_ROWS if wanted.reads_transcripts else MAX_ROWS
    gathered = filter_then_sort(clearer, most)
    yield None if gathered is None else ScanResult(gathered)
    if wanted.search and not longer:
        yield _scan(clearer, MAX_ROWS)


def _is_promising(first: ScanResult | None, wanted: PageRequest) -> bool:
    """Whether a longer walk is likely to fill the page, as many as the first steps of it have met."""
    met = len(first.calls) if first else 0
    return met * MAX_ROWS > 2 * wanted.limit * FIRST_SCAN_ROWS


def _scan(wanted: PageRequest, most: int) -> ScanResult | None:
    path = path_for_order(wanted.order, wanted.conditions)
    if path is None:
        return None
    if path.order is not CREATED_AT:
        most = min(most, MAX_SCATTERED_ROWS)
    if wanted.reads_transcripts:
        most = min(most, MAX_WIDE_ROWS)
    return scan_index(wanted, path, None if wanted.is_covered_by(path) else most)


@contextmanager
def _bounded() -> Iterator[None]:
    """TooBroad for a statement that takes longer than LONGEST; and none reads a table from end to end."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SET_BOUNDS, [str(STATEMENT_TIMEOUT // timedelta(milliseconds=1))])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise FilterTooBroad from error
        raise
