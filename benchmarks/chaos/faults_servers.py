"""Faults of PostgreSQL and Redis."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator

import psutil
import psycopg
import redis

from benchmarks.chaos.state import Run
from liveplatform import embedded


def crash_postgres(run: Run, rng: random.Random) -> None:
    """SIGQUIT, which `pg_ctl -m immediate` sends. pg_ctl itself would wait for the server to stop, and another
    process may have restarted it by then."""
    _quit(_postgres(run))
    embedded.ensure(run.local.var, redis=False)  # locked: a process that starts calls it too


def take_postgres_away(run: Run, rng: random.Random) -> None:
    """Stopped at once, and there again after seconds (or when a process that starts finds it missing)."""
    _quit(_postgres(run))
    time.sleep(rng.uniform(1, 4))
    embedded.ensure(run.local.var, redis=False)


def freeze_postgres(run: Run, rng: random.Random) -> None:
    """SIGSTOP of the server and all its sessions: connections stay open, and nothing answers."""
    server = _postgres(run)
    with _frozen([server, *server.children(recursive=True)]):
        time.sleep(rng.uniform(1, 4))


def exhaust_connections(run: Run, rng: random.Random) -> None:
    """Every connection that PostgreSQL has left is taken for seconds."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                held.enter_context(psycopg.connect(embedded.database_url(run.local.var), connect_timeout=3))
        time.sleep(rng.uniform(1, 3))


def fill_disk(run: Run, rng: random.Random) -> None:
    """PostgreSQL can write nothing more for seconds, neither tables nor its log."""
    run.disk.fill()
    try:
        time.sleep(rng.uniform(1, 3))
    finally:
        run.disk.empty()


def flush_redis(run: Run, rng: random.Random) -> None:
    _redis(run).flushall()


def kill_redis(run: Run, rng: random.Random) -> None:
    os.kill(embedded.redis_pid(run.local.var), signal.SIGKILL)
    time.sleep(rng.uniform(0.1, 1.5))
    embedded.ensure(run.local.var, postgres=False)


def freeze_redis(run: Run, rng: random.Random) -> None:
    with _frozen([psutil.Process(embedded.redis_pid(run.local.var))]):
        time.sleep(rng.uniform(1, 4))


def fill_redis(run: Run, rng: random.Random) -> None:
    """Redis refuses every write for seconds: out of memory."""
    client = _redis(run)
    client.config_set("maxmemory", "1")
    try:
        time.sleep(rng.uniform(1, 3))
    finally:
        with contextlib.suppress(redis.RedisError):
            client.config_set("maxmemory", "0")


def _redis(run: Run) -> redis.Redis:
    return redis.from_url(embedded.redis_url(run.local.var), socket_timeout=5)


def _postgres(run: Run) -> psutil.Process:
    """The server; psutil.Error or OSError if it is not running."""
    return psutil.Process(int((run.local.var / "postgres" / "postmaster.pid").read_text().split()[0]))


def _quit(server: psutil.Process) -> None:
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(10)
    except psutil.TimeoutExpired:
        server.kill()


@contextlib.contextmanager
def _frozen(processes: list[psutil.Process]) -> Iterator[None]:
    """SIGSTOP, and SIGCONT afterwards, whatever happened to them meanwhile."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.resume()
