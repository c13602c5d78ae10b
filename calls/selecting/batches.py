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

from calls.selecting.ordering import NEWEST_FIRST
from calls.selecting.paths import path_along
from calls.selecting.selection import Selection
from calls.selecting.wanted import Wanted
from calls.selecting.windows import within

SIZE = 2_000

Row = tuple[Any, ...]


def batches(
    selection: Selection, account_id: UUID, fields: tuple[str, ...], *, descending: bool = True
) -> Iterator[list[Row]]:
    """The values of these fields, of up to SIZE calls at a time; batches may be empty, and more follow."""
    order = replace(NEWEST_FIRST, descending=descending)
    wanted = Wanted(account_id, selection, order)
    while True:
        rows, last = _next(wanted, fields)
        yield rows
        if last is None:
            return
        wanted = replace(wanted, after=last)


def _next(wanted: Wanted, fields: tuple[str, ...]) -> tuple[list[Row], tuple[datetime, UUID] | None]:
    """The calls among the next SIZE along the index, and where those end, if more come after them."""
    order = wanted.order.as_indexed()
    path = path_along(wanted.order, wanted.conditions)
    assert path is not None  # noqa: S101 - there is always the one of all calls
    calls = wanted.along(path).order_by(*order)
    last = calls.values_list("created_at", "id")[SIZE - 1 : SIZE].first()
    chosen = within(calls[:SIZE], wanted.meeting(path)).order_by(*order)
    return list(chosen.values_list(*fields)), last
