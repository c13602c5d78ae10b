"""All calls that match a filter, in batches: constant memory and short statements.

Each batch is a statement of its own over the next calls in the order of their creation. No transaction and no
snapshot is open between two batches, so a slow reader does not hold back VACUUM. A call is filtered in its
state at the time of its batch.
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
from calls.filters.sql import limited_to

BATCH_SIZE = 2_000

Row = tuple[Any, ...]


def batches(
    filters: CallFilter, account_id: UUID, fields: tuple[str, ...], *, descending: bool = True
) -> Iterator[list[Row]]:
    """The values of these fields, of up to BATCH_SIZE calls at a time. An empty batch is not the last one."""
    filters = filters.for_account(account_id)
    request = PageRequest(account_id, filters, replace(NEWEST_FIRST, descending=descending))
    while True:
        rows, last = _next_batch(request, fields)
        yield rows
        if last is None:
            return
        request = replace(request, after=last)


def _next_batch(
    request: PageRequest, fields: tuple[str, ...]
) -> tuple[list[Row], tuple[datetime, UUID] | None]:
    """The matches among the next BATCH_SIZE calls of the index, and the last of those if more follow."""
    order = request.order.index_ordering()
    path = path_for_order(request.order, request.conditions)
    assert path is not None  # noqa: S101 - the index by creation always applies
    calls = request.scan(path).order_by(*order)
    last = calls.values_list("created_at", "id")[BATCH_SIZE - 1 : BATCH_SIZE].first()
    found = limited_to(calls[:BATCH_SIZE], request.remaining_filter(path)).order_by(*order)
    return list(found.values_list(*fields)), last
