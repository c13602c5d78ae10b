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

from calls.models.call import Call
from calls.selecting.columns import CREATED_AT, Index, Operator
from calls.selecting.errors import TooBroad
from calls.selecting.gathering import gather
from calls.selecting.ordering import NEWEST_FIRST, Order
from calls.selecting.paths import path_along
from calls.selecting.vocabulary import spelled_out
from calls.selecting.walking import Walked, walk
from calls.selecting.wanted import Wanted

# Calls that are looked at for one answer: in the order of their creation, where neighbours are neighbours
# on the disk too; in any other order; and where their words or transcripts have to be looked into.
MOST_LOOKED_AT = 10_000
MOST_FAR_APART = 2_500
MOST_LOOKED_INTO = 2_000
# Of these at first: a word that is common is met soon, and of a rare one this tells how rare it is.
FIRST_LOOKED_INTO = 1_000
# A bound in rows is one in time, unless the machine is ill.
LONGEST = timedelta(seconds=3)
BOUNDS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"


def page(wanted: Wanted) -> list[Call]:
    """The calls of the page, in order; TooBroad where that would take looking through too many."""
    try:
        return _page(wanted)
    except TooBroad as error:
        if wanted.order.column is CREATED_AT:
            raise
        raise TooBroad(wanted.order.name) from error


def _page(wanted: Wanted) -> list[Call]:
    wanted = _without_needless_order(wanted)
    path = path_along(wanted.order, wanted.conditions)
    if path and wanted.is_all(path):
        return _whole(walk(wanted, path, None))
    with _in_time():
        for walked in _attempts(wanted):
            if walked is not None and walked.is_enough:
                return _whole(walked)
    raise TooBroad


def _without_needless_order(wanted: Wanted) -> Wanted:
    """Calls that all hold the same value, or nothing, are in the order of their creation."""
    column = wanted.order.column
    asked = [condition for condition in wanted.conditions if condition.column is column]
    if any(condition.wants_nothing for condition in asked):
        return replace(wanted, order=NEWEST_FIRST)
    one = any(condition.operator == Operator.EQ for condition in asked)
    if not one or column.index != Index.BY_VALUE:
        return wanted
    return replace(wanted, order=Order(CREATED_AT, not wanted.order.descending))


def _whole(walked: Walked | None) -> list[Call]:
    if walked is None:
        raise TooBroad
    return walked.calls + (_page(walked.rest) if walked.rest else [])


def _attempts(wanted: Wanted) -> Iterator[Walked | None]:
    """One way after the other, the cheapest first; None where it does not lead to all that is wanted."""
    first = None
    if not wanted.names_calls:
        first = _walk(wanted, FIRST_LOOKED_INTO if wanted.search else MOST_LOOKED_AT)
        yield first
    clearer = replace(wanted, selection=spelled_out(wanted.selection, wanted.account_id))
    longer = _will_do(first, wanted) if wanted.search else clearer != wanted
    if longer:
        yield _walk(clearer, MOST_LOOKED_AT)
    most = MOST_LOOKED_INTO if wanted.takes_transcripts_apart else MOST_LOOKED_AT
    gathered = gather(clearer, most)
    yield None if gathered is None else Walked(gathered)
    if wanted.search and not longer:
        yield _walk(clearer, MOST_LOOKED_AT)


def _will_do(first: Walked | None, wanted: Wanted) -> bool:
    """Whether a longer walk is likely to fill the page, as many as the first steps of it have met."""
    met = len(first.calls) if first else 0
    return met * MOST_LOOKED_AT > 2 * wanted.limit * FIRST_LOOKED_INTO


def _walk(wanted: Wanted, most: int) -> Walked | None:
    path = path_along(wanted.order, wanted.conditions)
    if path is None:
        return None
    if path.order is not CREATED_AT:
        most = min(most, MOST_FAR_APART)
    if wanted.takes_transcripts_apart:
        most = min(most, MOST_LOOKED_INTO)
    return walk(wanted, path, None if wanted.is_all(path) else most)


@contextmanager
def _in_time() -> Iterator[None]:
    """TooBroad for a statement that takes longer than LONGEST; and none reads a table from end to end."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(BOUNDS, [str(LONGEST // timedelta(milliseconds=1))])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroad from error
        raise
