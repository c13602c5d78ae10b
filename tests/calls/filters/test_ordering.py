"""Orders are total, and calls with an empty column come last in both directions."""

import pytest

from calls.filters.fields import COLUMNS
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.models import Call


@pytest.mark.parametrize("name", ["duration", "to", "rating", "transcript", "updated_at"])
@pytest.mark.parametrize("descending", [True, False])
def test_empty_columns_come_last(account, calls, name, descending):
    column = COLUMNS[name]
    ordered = Call.objects.filter(account=account).order_by(*Order(column, descending).full_ordering())
    empty = set(ordered.order_by().filter(column.is_empty).values_list("pk", flat=True))
    ids = list(ordered.values_list("pk", flat=True))
    assert set(ids[len(ids) - len(empty) :]) == empty


def test_the_order_knows_the_name_that_was_requested():
    assert Order(COLUMNS["to"], True, "call_to").name == "call_to"
    assert (NEWEST_FIRST.name, Order(COLUMNS["to"], True, "call_to")) == ("created_at", Order(COLUMNS["to"]))


def test_only_a_column_with_an_index_is_read_in_its_order():
    assert Order(COLUMNS["duration"]).is_indexed and not Order(COLUMNS["notes"]).is_indexed
