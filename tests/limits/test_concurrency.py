"""Limit: so many at a time of a key and in all, refused at once beyond."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from liveplatform.limits.concurrency import Busy, Limit


@pytest.fixture
def limit() -> Limit:
    return Limit("test", "tests", per_key=2, total=3)


def test_a_key_has_its_places_and_all_keys_have_theirs(limit):
    limit.acquire("a")
    limit.acquire("a")
    with pytest.raises(Busy):
        limit.acquire("a")
    limit.acquire("b")
    with pytest.raises(Busy):
        limit.acquire("c")
    limit.release("a")
    limit.acquire("c")


def test_a_place_is_free_again_after_an_error(limit):
    for _ in range(5):
        with pytest.raises(KeyError), limit.hold("a"):
            raise KeyError
    with limit.hold("a"), limit.hold("a"):
        pass


def test_a_refusal_tells_what_is_busy_and_when_to_come_again():
    limit = Limit("test", "exports of this account", per_key=0, total=0, status=429)
    with pytest.raises(Busy) as raised:
        limit.acquire("a")
    assert str(raised.value.detail) == "Too many exports of this account run at once; try again in a moment."
    assert (raised.value.status_code, raised.value.wait) == (429, 1)


def test_racing_threads_never_hold_more(limit):
    most, held, lock = 0, 0, threading.Lock()

    def take(_: int) -> bool:
        nonlocal most, held
        try:
            with limit.hold("a"):
                with lock:
                    held += 1
                    most = max(most, held)
                time.sleep(0.1)
                with lock:
                    held -= 1
                return True
        except Busy:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) >= 2
    assert most == 2
