"""The indexes that can serve a filter: which conditions each covers, and in which order it returns rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q

from calls.filters.conditions import Condition
from calls.filters.fields import (
    CALL_STATUS,
    CHANNEL,
    COLUMNS,
    CREATED_AT,
    ENDED_AT,
    ORDERED,
    STATUS,
    Column,
    IndexKind,
    Operator,
)
from calls.filters.ordering import Order

PRIORITY = {column: rank for rank, column in enumerate(COLUMNS.values())}
OF_METADATA = 3  # the rank of a name in the metadata
MULTI_VALUE = (Operator.IN, Operator.STARTS_WITH)
LIVE = Q(ended_at__isnull=True)


@dataclass(frozen=True)
class IndexPath:
    """A way to read calls through one index: `q` is its index condition, `covers` what that settles.

    `order`: the column in whose order it returns rows, if that is usable. `searched`: the full-text search
    is covered too.
    """

    q: Q
    covers: tuple[Condition, ...] = ()
    order: Column | None = None
    searched: bool = False


def candidate_paths(conditions: tuple[Condition, ...]) -> list[IndexPath]:
    """The usable indexes, most selective first; the last is that of all calls by creation."""
    ranked = sorted(conditions, key=lambda condition: PRIORITY.get(condition.column, OF_METADATA))
    dates = tuple(each for each in ranked if _is_range(each) and each.column is CREATED_AT)
    return [
        path
        for column, of_column in groupby(ranked, key=lambda condition: condition.column)
        if column is not CREATED_AT
        for path in _column_paths(column, tuple(of_column), dates)
    ] + [IndexPath(_conjunction(dates), dates, CREATED_AT)]


def path_for_order(order: Order, conditions: tuple[Condition, ...]) -> IndexPath | None:
    """The index that returns calls in this order and covers most conditions; None if there is none."""
    if not order.is_indexed:
        return None
    paths = [path for path in candidate_paths(conditions) if path.order is order.column]
    return paths[0] if paths else IndexPath(~order.column.is_empty, (), order.column)


def _column_paths(
    column: Column, conditions: tuple[Condition, ...], dates: tuple[Condition, ...]
) -> Iterator[IndexPath]:
    for condition in conditions:
        if _is_single_value(condition):
            yield IndexPath(_conjunction((condition, *dates)), (condition, *dates), CREATED_AT)
        elif _is_live_only(condition):
            covered = (condition,) if column is ENDED_AT else ()
            yield IndexPath(_conjunction(dates) & LIVE, (*covered, *dates), CREATED_AT)
        elif _is_multi_value(condition):
            yield IndexPath(condition.q(), (condition,))
    ranges = tuple(condition for condition in conditions if _is_range(condition))
    if ranges and column.index == IndexKind.BY_ORDER:
        yield IndexPath(_conjunction(ranges), ranges, column)


def _is_single_value(condition: Condition) -> bool:
    """One value of an index by value, which does not hold "". Each channel has an index of its own."""
    if condition.operator != Operator.EQ:
        return False
    if condition.column is CHANNEL:
        return True
    return condition.column.index == IndexKind.BY_VALUE and condition.value != ""


def _is_live_only(condition: Condition) -> bool:
    if condition.column is ENDED_AT:
        return condition.operator == Operator.IS_NULL and bool(condition.read())
    if condition.column is not STATUS or condition.operator not in (Operator.EQ, Operator.IN):
        return False
    value = condition.read()
    return "ended" not in (value if isinstance(value, list) else [value])


def _is_multi_value(condition: Condition) -> bool:
    """Several values, a prefix, or one value of an index that returns no order."""
    column, operator = condition.column, condition.operator
    if operator == Operator.EQ:
        return column.index in (IndexKind.BY_ID, IndexKind.BY_ORDER) and condition.value != ""
    if column is CALL_STATUS:
        return operator in (*MULTI_VALUE, Operator.CONTAINS)
    if operator == Operator.IN:
        return column.index is not None and "" not in condition.read()
    return operator == Operator.STARTS_WITH and column.bytewise


def _is_range(condition: Condition) -> bool:
    return condition.operator in ORDERED


def _conjunction(conditions: tuple[Condition, ...]) -> Q:
    found = Q()
    for condition in conditions:
        found &= condition.q()
    return found
