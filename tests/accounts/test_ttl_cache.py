"""TTLCache: values for a time, at most so many."""

import pytest

from liveplatform.accounts.ttl_cache import TTLCache


def test_what_is_remembered_is_bounded():
    memory = TTLCache(60, 100)
    for number in range(1050):
        memory.get_or_load(number, lambda: None)
        assert len(memory) <= 100


def test_a_look_up_that_raises_is_not_remembered():
    memory = TTLCache(60, 100)
    with pytest.raises(ZeroDivisionError):
        memory.get_or_load("x", lambda: 1 // 0)
    assert memory.get_or_load("x", lambda: 1) == 1
