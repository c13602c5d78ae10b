"""Which indexes can serve a filter, and in which order they are tried."""

import pytest

from calls.filters import CallFilter
from calls.filters.fields import COLUMNS, CREATED_AT
from calls.filters.indexes import candidate_paths, path_for_order
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.models import Call


def paths(given: dict):
    return candidate_paths(CallFilter.from_json(given).conditions)


def test_the_last_candidate_is_the_index_by_creation():
    (path,) = paths({"notes": "x"})
    assert (path.order, path.covers) == (CREATED_AT, ())


def test_the_most_selective_index_comes_first():
    names = [path.covers[0].column.name for path in paths({"sentiment": "bad", "to": "+1415"}) if path.covers]
    assert names == ["to", "sentiment"]


def test_an_equal_value_and_a_range_of_creation_are_one_index():
    first = paths({"end_code": "busy", "created_at": {"gte": "7d"}})[0]
    assert {condition.column.name for condition in first.covers} == {"end_code", "created_at"}


@pytest.mark.parametrize("given", [{"to": ""}, {"end_code": {"neq": "busy"}}, {"to": {"contains": "15"}}])
def test_what_an_index_does_not_hold_is_not_looked_up_in_it(given):
    assert [path.covers for path in paths(given)] == [()]


def test_an_order_without_an_index_has_no_path():
    assert path_for_order(Order(COLUMNS["notes"]), ()) is None
    assert path_for_order(NEWEST_FIRST, ()) is not None


def test_no_index_by_creation_spans_accounts():
    """PostgreSQL would scan such an index, and filter out the calls of all other accounts."""
    leading = {index.name: index.fields[:1] or [str(index.expressions[0])] for index in Call._meta.indexes}
    assert not [name for name, (first,) in leading.items() if "created_at" in first]
