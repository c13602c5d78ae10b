"""Query parameters of the call list in the schema, and its order."""

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from calls.api.platform.filters import filter_parameters, parse_order
from calls.filters import InvalidFilter
from calls.filters.fields import COLUMNS


def order_of(query: str):
    return parse_order(Request(RequestFactory().get(f"/v1/calls?{query}")))


def test_every_column_is_a_parameter_for_each_of_its_operators():
    names = {parameter.name for parameter in filter_parameters()}
    assert {name.partition("[")[0] for name in names} == {*COLUMNS, "search", "order"}
    assert {"duration", "duration[gte]", "duration[in]", "created_at[lt]"} <= names
    assert "duration[eq]" not in names and "created_at" not in names, (
        "eq is the name alone, where there is eq"
    )


def test_the_newest_come_first_by_default():
    assert [order_of(query).descending for query in ("", "order=desc", "order=asc")] == [True, True, False]


def test_an_unknown_order_is_invalid():
    with pytest.raises(InvalidFilter, match="asc or desc"):
        order_of("order=sideways")
