"""/healthz: the process is alive. /readyz: its dependencies are available."""

from collections.abc import Callable

import psycopg
import redis
import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from liveplatform.db.timeouts import ping
from liveplatform.work import heartbeat

log = structlog.get_logger(__name__)

TIMEOUT = 2  # seconds; load balancers do not wait longer


class NotReady(Exception):
    """A failed check; the text says what is missing."""


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process responds; checks nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if every check passes, else 503; the body lists all checks."""
    statuses: dict[str, str] = {}
    for name, (check, needs) in CHECKS.items():
        reached = needs is None or statuses[needs] == "ok"
        statuses[name] = _status(check) if reached else f"not checked without {needs}"
    ready = all(status == "ok" for status in statuses.values())
    if not ready:
        log.warning("not_ready", **statuses)
    body = {"status": "ok" if ready else "not ready", "checks": statuses}
    return JsonResponse(body, status=200 if ready else 503)


def _status(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as error:
        return str(error)
    except (DatabaseError, psycopg.Error, redis.RedisError) as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


def _database() -> None:
    ping(TIMEOUT)


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    unapplied = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if unapplied:
        raise NotReady(f"{len(unapplied)} migrations are not applied: run manage.py migrate")


def _broker() -> None:
    heartbeat.client().ping()


def _worker() -> None:
    if not heartbeat.is_recent():
        raise NotReady(f"no worker was seen in the last {heartbeat.TTL} seconds")


# Each check with the one that must pass first.
CHECKS: dict[str, tuple[Callable[[], None], str | None]] = {
    "database": (_database, None),
    "migrations": (_migrations, "database"),
    "redis": (_broker, None),
    "worker": (_worker, "redis"),
}
