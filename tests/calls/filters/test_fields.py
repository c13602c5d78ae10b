"""The filterable columns fit the model and its indexes."""

import pytest

from calls.filters.fields import COLUMNS, IndexKind
from calls.models import Call

OWN = [column for column in COLUMNS.values() if column.name not in ("transcript", "language")]


@pytest.mark.parametrize("column", OWN, ids=lambda column: column.name)
def test_a_column_is_blank_or_null_as_its_field_is(column):
    field = Call._meta.get_field(column.field)
    assert not (column.blank and field.null), "a blank column is never NULL"


@pytest.mark.parametrize("column", [each for each in COLUMNS.values() if each.index], ids=lambda c: c.name)
def test_a_column_with_an_index_has_one_in_the_model(column):
    if column.index is IndexKind.BY_ID and column.name == "id":
        return
    text = " ".join(str(index.expressions) + str(index.fields) for index in Call._meta.indexes)
    assert column.field in text or column.name in ("channel", "status")
