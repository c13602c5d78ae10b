"""/healthz: this process lives. /readyz: it can do its work, and if not, why not."""

from collections.abc import Callable
from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

log = structlog.get_logger(__name__)

SEEN = "liveplatform:worker-seen"
SEEN_FOR = 30  # seconds


class NotReady(Exception):
    """A check that failed; the text says what is missing."""


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; touches nothing."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every check passes, else 503; the body names each."""
    found = {name: _said(check) for name, check in CHECKS.items()}
    ready = all(said == "ok" for said in found.values())
    body = {"status": "ok" if ready else "not ready", "checks": found}
    return JsonResponse(body, status=200 if ready else 503)


def worker_seen() -> None:
    """A worker says that it is there; Redis away is no reason to stop."""
    try:
        _redis().setex(SEEN, SEEN_FOR, "1")
    except redis.RedisError as error:
        log.warning("worker_unseen", error=type(error).__name__)


def _said(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as error:
        return str(error)
    except (DatabaseError, redis.RedisError) as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied: run manage.py migrate")


def _broker() -> None:
    _redis().ping()


def _worker() -> None:
    if not _redis().exists(SEEN):
        raise NotReady(f"no worker was seen in the last {SEEN_FOR} seconds")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _broker,
    "worker": _worker,
}


@cache
def _redis() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
