"""Every call of a selection, however many, batch by batch: constant memory, and no long statement.

Each batch is a short statement of its own over the next calls in the order of their creation, so nothing
is held open between two of them, neither a transaction nor a snapshot: a reader who takes an hour does not
keep VACUUM from its work. A call is judged as it stands when its batch comes by.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from calls.filters.filterset import CallFilter
from calls.filters.indexes import path_for_order
from calls.filters.ordering import NEWEST_FIRST
from calls.filters.page_request import PageRequest
from calls.filters.subquery_from import limited_to

BATCH_SIZE = 2_000

Row = tuple[Any, ...]


def batches(
    selection: CallFilter, account_id: UUID, fields: tuple[str, ...], *, descending: bool = True
) -> Iterator[list[Row]]:
    """The values of these fields, of up to SIZE calls at a time; batches may be empty, and more follow."""
    order = replace(NEWEST_FIRST, descending=descending)
    wanted = PageRequest(account_id, selection, order)
    while True:
        rows, last = _next_batch(wanted, fields)
        yield rows
        if last is None:
            return
        wanted = replace(wanted, after=last)


def _next_batch(
    wanted: PageRequest, fields: tuple[str, ...]
) -> tuple[list[Row], tuple[datetime, UUID] | None]:
    """The calls among the next SIZE along the index, and where those end, if more come after them."""
    order = wanted.order.index_ordering()
    path = path_for_order(wanted.order, wanted.conditions)
    assert path is not None  # noqa: S101 - there is always the one of all calls
    calls = wanted.scan(path).order_by(*order)
    last = calls.values_list("created_at", "id")[BATCH_SIZE - 1 : BATCH_SIZE].first()
    chosen = limited_to(calls[:BATCH_SIZE], wanted.remaining_filter(path)).order_by(*order)
    return list(chosen.values_list(*fields)), last
