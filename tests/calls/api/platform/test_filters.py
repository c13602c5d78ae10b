"""Query parameters of the call list in the schema, and its order."""

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from calls.api.platform.filters import filter_parameters, parse_order
from calls.filters import InvalidFilter
from calls.filters.fields import COLUMNS


def order_of(query: str):
    return parse_order(Request(RequestFactory().get(f"/v1/calls?{query}")))


def test_every_column_is_a_parameter_with_its_operators():
    parameters = {parameter.name: parameter for parameter in filter_parameters()}
    assert set(parameters) == {*COLUMNS, "search", "order"}
    duration = parameters["duration"]
    assert "`duration[gte]`" in duration.description
    assert "gte" in duration.type["oneOf"][1]["properties"]


def test_the_newest_come_first_by_default():
    assert [order_of(query).descending for query in ("", "order=desc", "order=asc")] == [True, True, False]


def test_an_unknown_order_is_invalid():
    with pytest.raises(InvalidFilter, match="asc or desc"):
        order_of("order=sideways")
