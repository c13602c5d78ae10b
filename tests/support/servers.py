"""Looking at embedded servers: their answers, their processes."""

import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import redis

from liveplatform import embedded


def sql(var: Path, statement: str) -> str:
    with psycopg.connect(embedded.database_url(var), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def redis_of(var: Path) -> redis.Redis:
    return redis.from_url(embedded.redis_url(var))


def pids(var: Path) -> list[int]:
    """PostgreSQL's and, if it runs, Redis'."""
    found = [int((var / "postgres" / "postmaster.pid").read_text().splitlines()[0])]
    return found + ([embedded.redis_pid(var)] if (var / "redis" / "pid").exists() else [])


def kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # children end with their parent
            process.kill()
    assert all(is_gone(process.pid) for process in processes)


def is_gone(pid: int) -> bool:
    """Whether the process ends within five seconds; a zombie has ended."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False
