"""One condition: what it says about empty columns, and hints for partial indexes."""

import pytest

from calls.filters import InvalidFilter
from calls.filters.conditions import MAX_IDS, Condition


@pytest.mark.parametrize(
    ("name", "operator", "value", "excludes", "only"),
    [
        ("notes", "eq", "x", True, False),
        ("notes", "eq", "", False, True),
        ("notes", "neq", "x", False, False),
        ("notes", "in", "a,b", True, False),
        ("notes", "in", ["a", ""], False, False),
        ("duration", "is_null", "true", False, True),
        ("duration", "is_null", "false", True, False),
        ("duration", "gte", 5, True, False),
    ],
)
def test_what_a_condition_says_about_empty_columns(name, operator, value, excludes, only):
    condition = Condition.parse(name, operator, value)
    assert (condition.excludes_null, condition.only_null) == (excludes, only)


def test_ids_may_be_many_and_other_values_may_not():
    ids = ["00000000-0000-0000-0000-000000000001"] * MAX_IDS
    assert len(Condition.parse("id", "in", ids).read()) == MAX_IDS
    with pytest.raises(InvalidFilter, match="1 to 10,000"):
        Condition.parse("id", "in", [*ids, ids[0]])
    with pytest.raises(InvalidFilter, match="1 to 100"):
        Condition.parse("notes", "in", ["x"] * 101)


def test_an_error_names_the_parameter_as_the_caller_calls_it():
    with pytest.raises(InvalidFilter) as raised:
        Condition.parse("duration", "gte", "x", "call_duration")
    assert list(raised.value.fields) == ["call_duration"]


def test_a_status_other_than_ended_hints_at_the_index_of_live_calls():
    assert "ended_at" in str(Condition.parse("status", "eq", "live").q())
    assert "ended_at" not in str(Condition.parse("status", "in", "live,ended").q())
