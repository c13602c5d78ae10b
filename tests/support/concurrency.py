"""Concurrent calls, each in its own thread with its own connection to PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """The results of `act(0)` … `act(count - 1)`, all started at the same moment."""
    barrier = Barrier(count)

    def one(number: int) -> T:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
