"""Extra headers, in all forms in which they are given."""

import pytest

from providers.sandbox.plivo.streams import _parameters


@pytest.mark.parametrize("text", ["a=1,b=2", "a:1,b:2", '{"a": "1", "b": 2}', "a=1, b=2,c"])
def test_parameters_of_a_stream(text):
    assert _parameters(text) == {"a": "1", "b": "2"}


def test_none():
    assert _parameters("") == {} and _parameters("{") == {}
