"""Gathering: all calls that some index says can be meant, if they are few, looked at and sorted."""

import re

from django.db.models import Q

from calls.filters.fields import COLUMNS, CREATED_AT, Operator
from calls.filters.full_text import any_of, matching_ids
from calls.filters.index_scan import fetch_rows
from calls.filters.indexes import IndexPath, candidate_paths
from calls.filters.page_request import PageRequest
from calls.filters.subquery_from import limited_to
from calls.models.call import Call

TO_NUMBER = COLUMNS["to"]
DIGITS = re.compile(r"\+?[0-9]{3,20}")
# Of a narrow index nothing better is hoped for.
FEW_ROWS = 500
# Entries of an index, which cost less than calls.
MAX_INDEX_ENTRIES = 50_000


def filter_then_sort(wanted: PageRequest, most: int) -> list[Call] | None:
    """The page, if some index (or all of them together) leaves so many calls, or fewer."""
    # What words cost grows with all accounts' calls, so a few calls are rather looked into.
    few = most // 4
    path = (
        (_narrowest_path(wanted, few) if wanted.search else None)
        or _full_text_path(wanted, few)
        or _narrowest_path(wanted, most)
        or _intersection(wanted, most)
    )
    if path is None:
        return None
    window = limited_to(wanted.scan(path)[:most], wanted.remaining_filter(path))
    return fetch_rows(window.order_by(*wanted.order.full_ordering()), wanted)


def _full_text_path(wanted: PageRequest, most: int) -> IndexPath | None:
    """What the search or a part of call_to finds; rows that hold words are wide, so fewer are read."""
    words = wanted.search or _search_digits(wanted)
    if not words:
        return None
    ids = matching_ids(words, wanted.account_id, most + 1)
    return IndexPath(any_of(ids), searched=bool(wanted.search)) if len(ids) <= most else None


def _search_digits(wanted: PageRequest) -> str:
    """Digits that call_to must contain; they are among its words too."""
    parts = [
        str(c.read()) for c in wanted.conditions if c.column is TO_NUMBER and c.operator == Operator.CONTAINS
    ]
    return next((part for part in parts if DIGITS.fullmatch(part)), "")


def _narrowest_path(wanted: PageRequest, most: int) -> IndexPath | None:
    """The path with the fewest calls, if it has no more than `most`; counted no further."""
    best, fewest = None, most + 1
    for path in candidate_paths(wanted.conditions):
        count = wanted.scan(path)[:fewest].count()
        if count < fewest:
            best, fewest = path, count
        if fewest <= FEW_ROWS:
            break
    return best


def _intersection(wanted: PageRequest, most: int) -> IndexPath | None:
    """Where all paths meet, if that is in few calls and one of them is short enough to be read whole."""
    known = [path for path in candidate_paths(wanted.conditions) if path.covers]
    if len(known) < 2 or not any(_is_readable(wanted, path) for path in known):
        return None
    answers = tuple(condition for path in known for condition in path.covers)
    everything = IndexPath(Q(*(path.q for path in known)), answers, CREATED_AT)
    ids = list(wanted.scan(everything).values_list("pk", flat=True)[: most + 1])
    return IndexPath(any_of(ids), answers) if len(ids) <= most else None


def _is_readable(wanted: PageRequest, path: IndexPath) -> bool:
    return wanted.scan(path)[: MAX_INDEX_ENTRIES + 1].count() <= MAX_INDEX_ENTRIES
