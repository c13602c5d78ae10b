"""Start and stop both servers of a data directory; a lock file lets one process do so at a time."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liveplatform.embedded.postgres import postgres_is_up, start_postgres, stop_postgres
from liveplatform.embedded.sockets import socket_directory
from liveplatform.embedded.valkey import redis_is_up, start_redis, stop_redis


def ensure(var: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True) -> dict[str, bool]:
    """Start those servers of this data directory that are not running. Not `durable`: faster, for tests only.

    Returns which were started by this call, as keyword arguments of `stop`.
    """
    if (not postgres or postgres_is_up(var)) and (not redis or redis_is_up(var)):
        return {"postgres": False, "redis": False}
    with _exclusive(var):
        started = {
            "postgres": postgres and not postgres_is_up(var),
            "redis": redis and not redis_is_up(var),
        }
        if postgres:
            start_postgres(var, durable=durable)
        if redis:
            start_redis(var)
    return started


def stop(var: Path, *, postgres: bool = True, redis: bool = True) -> None:
    """Stop the servers of this data directory that are running."""
    if not var.is_dir():
        return
    with _exclusive(var):
        if postgres:
            stop_postgres(var)
        if redis:
            stop_redis(var)
        if postgres and redis:
            shutil.rmtree(socket_directory(var), ignore_errors=True)


@contextmanager
def _exclusive(var: Path) -> Iterator[None]:
    var.mkdir(parents=True, exist_ok=True)
    with (var / "embedded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
