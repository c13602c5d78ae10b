"""Strategy 2: if one index (or several combined) leaves few calls, read all of them, filter and sort."""

import re

from django.db.models import Q

from calls.filters.fields import COLUMNS, CREATED_AT, Operator
from calls.filters.full_text import any_of, matching_ids
from calls.filters.index_scan import fetch_rows
from calls.filters.indexes import IndexPath, candidate_paths
from calls.filters.page_request import PageRequest
from calls.filters.sql import limited_to
from calls.models.call import Call

TO_NUMBER = COLUMNS["to"]
DIGITS = re.compile(r"\+?[0-9]{3,20}")
# An index that leaves this few calls is taken without trying others.
FEW_ROWS = 500
# Maximum of index entries read to intersect indexes; an entry is cheaper than a call.
MAX_INDEX_ENTRIES = 50_000


def filter_then_sort(request: PageRequest, most: int) -> list[Call] | None:
    """The page, if some index or the intersection of all leaves at most `most` calls; else None."""
    # The cost of a full-text lookup grows with the calls of all accounts, so few calls are read instead.
    few = most // 4
    path = (
        (_narrowest_path(request, few) if request.search else None)
        or _full_text_path(request, few)
        or _narrowest_path(request, most)
        or _intersection(request, most)
    )
    if path is None:
        return None
    window = limited_to(request.scan(path)[:most], request.remaining_filter(path))
    return fetch_rows(window.order_by(*request.order.full_ordering()), request)


def _full_text_path(request: PageRequest, most: int) -> IndexPath | None:
    """The calls that match the search, or digits that call_to must contain."""
    search = request.search or _search_digits(request)
    if not search:
        return None
    ids = matching_ids(search, request.account_id, most + 1)
    return IndexPath(any_of(ids), searched=bool(request.search)) if len(ids) <= most else None


def _search_digits(request: PageRequest) -> str:
    """Digits of a `contains` on call_to, which the search documents hold too."""
    parts = [
        str(each.read())
        for each in request.conditions
        if each.column is TO_NUMBER and each.operator == Operator.CONTAINS
    ]
    return next((part for part in parts if DIGITS.fullmatch(part)), "")


def _narrowest_path(request: PageRequest, most: int) -> IndexPath | None:
    """The path with the fewest calls, if that is at most `most`."""
    best, fewest = None, most + 1
    for path in candidate_paths(request.conditions):
        count = request.scan(path)[:fewest].count()
        if count < fewest:
            best, fewest = path, count
        if fewest <= FEW_ROWS:
            break
    return best


def _intersection(request: PageRequest, most: int) -> IndexPath | None:
    """All paths combined, if they leave at most `most` calls and one of them can be read as a whole."""
    paths = [path for path in candidate_paths(request.conditions) if path.covers]
    if len(paths) < 2 or not any(_is_readable(request, path) for path in paths):
        return None
    covered = tuple(condition for path in paths for condition in path.covers)
    combined = IndexPath(Q(*(path.q for path in paths)), covered, CREATED_AT)
    ids = list(request.scan(combined).values_list("pk", flat=True)[: most + 1])
    return IndexPath(any_of(ids), covered) if len(ids) <= most else None


def _is_readable(request: PageRequest, path: IndexPath) -> bool:
    return request.scan(path)[: MAX_INDEX_ENTRIES + 1].count() <= MAX_INDEX_ENTRIES
