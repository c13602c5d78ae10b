"""/healthz: the process is alive. /readyz: it can serve.

Redis and workers are reported and not fatal: without them requests are served, and their work waits in the
database. A load balancer that took every web process away then would make an outage of a delay.
"""

from collections.abc import Callable

import psycopg
import redis
import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from liveplatform.db.timeouts import ping
from liveplatform.security.encryption_keys import WrongKeys, verify
from liveplatform.work import heartbeat

log = structlog.get_logger(__name__)

TIMEOUT = 2  # seconds; load balancers do not wait longer


class NotReady(Exception):
    """A failed check; the text says what is missing."""


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process responds; checks nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """503 if this process cannot serve, else 200; the body lists all checks.

    `status` is "ok", "degraded" (200, but a check that is not FATAL failed) or "not ready".
    """
    statuses: dict[str, str] = {}
    for name, (check, needs) in CHECKS.items():
        reached = needs is None or statuses[needs] == "ok"
        statuses[name] = _status(check) if reached else f"not checked without {needs}"
    failed = {name for name, status in statuses.items() if status != "ok"}
    status = "not ready" if failed & FATAL else "degraded" if failed else "ok"
    if failed:
        log.warning(status.replace(" ", "_"), **statuses)
    return JsonResponse({"status": status, "checks": statuses}, status=503 if failed & FATAL else 200)


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


def _encryption_keys() -> None:
    try:
        verify()
    except WrongKeys as error:
        raise NotReady(str(error)) from error


def _broker() -> None:
    heartbeat.client().ping()


def _worker() -> None:
    if not heartbeat.is_recent():
        raise NotReady(f"no worker was seen in the last {heartbeat.TTL} seconds")


# Each check with the one that must pass first.
CHECKS: dict[str, tuple[Callable[[], None], str | None]] = {
    "database": (_database, None),
    "migrations": (_migrations, "database"),
    "encryption_keys": (_encryption_keys, "migrations"),
    "redis": (_broker, None),
    "worker": (_worker, "redis"),
}
FATAL = {"database", "migrations", "encryption_keys"}
