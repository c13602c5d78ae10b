"""TTLCache: values expire, and their number is bounded."""

import pytest

from liveplatform.accounts.ttl_cache import TTLCache


def test_the_cache_is_bounded():
    memory = TTLCache(60, 100)
    for number in range(1050):
        memory.get_or_load(number, lambda: None)
        assert len(memory) <= 100


def test_a_load_that_raises_is_not_cached():
    memory = TTLCache(60, 100)
    with pytest.raises(ZeroDivisionError):
        memory.get_or_load("x", lambda: 1 // 0)
    assert memory.get_or_load("x", lambda: 1) == 1
