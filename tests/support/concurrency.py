"""Concurrent calls, each in its own thread with its own connection to PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from time import sleep
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """The results of `act(0)` … `act(count - 1)`, all started at the same moment."""
    barrier = Barrier(count)

    def one(number: int) -> T:
        connection.ensure_connection()
        barrier.wait(20)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(partial(_on_own_connection, one), range(count)))


def after_commit_of(
    change: Callable[[], object], act: Callable[[], T], then: Callable[[], object] = lambda: None
) -> T:
    """The result of `act`, which starts before the transaction of `change` is committed and waits for it.

    `then` is part of that transaction too, and runs while `act` waits.
    """
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        change()
        waiting = pool.submit(_on_own_connection, act)
        while not (_blocks_another() or waiting.done()):
            sleep(0.01)
        then()
    return waiting.result()


@contextmanager
def after_first_statement(act: Callable[[], object]) -> Iterator[None]:
    """Run `act` on another connection, and commit it, after the block's first statement."""
    pending = [act]

    def wrapper(execute: Callable[..., Any], *args: Any) -> Any:
        result = execute(*args)
        if pending:
            pending.clear()
            at_once(1, lambda _: act())
        return result

    with connection.execute_wrapper(wrapper):
        yield


def _on_own_connection(act: Callable[..., T], *args: int) -> T:
    try:
        return act(*args)
    finally:
        connection.close()


def _blocks_another() -> bool:
    """Whether another connection waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
