"""Callables run in threads, coroutines on one event loop; errors come back by the future."""

import asyncio
import threading

import pytest

from liveplatform.work.executor import event_loop, submit
from liveplatform.work.outcomes import succeeded


def test_a_callable_runs_in_another_thread():
    outcome = submit(lambda: succeeded({"thread": threading.current_thread().name})).result(5)
    assert outcome.result["thread"].startswith("work")


def test_coroutines_share_one_loop():
    async def loop_id():
        return succeeded({"loop": id(asyncio.get_running_loop())})

    assert {submit(loop_id()).result(5).result["loop"] for _ in range(3)} == {id(event_loop())}


def test_an_error_is_the_futures():
    def wrong():
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        submit(wrong).result(5)
