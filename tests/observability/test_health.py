"""/healthz, and /readyz with each check failing."""

import os
import signal
import time
from base64 import b64encode
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from liveplatform import embedded
from liveplatform.accounts.connections import upsert_connection
from liveplatform.observability.health import TIMEOUT
from liveplatform.security.encryption_keys import verify
from liveplatform.work import heartbeat
from tests.environment import VAR

OK = dict.fromkeys(("database", "migrations", "encryption_keys", "redis", "worker"), "ok")


@pytest.fixture
def seen() -> Iterator[None]:
    """A worker has just been seen."""
    heartbeat.beat()
    yield
    redis.from_url(settings.REDIS_URL).delete(heartbeat.KEY)


@pytest.fixture
def gone(settings, tmp_path) -> Iterator[None]:
    """Nothing listens where Redis should be."""
    settings.REDIS_URL = f"unix://{tmp_path / 'nothing'}"
    heartbeat.client.cache_clear()
    yield
    heartbeat.client.cache_clear()


def test_healthz_touches_nothing(client, gone):
    assert client.get("/healthz").json() == {"status": "ok"}  # no database: pytest would refuse it


def test_ready_when_all_is_there(client, db, seen):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": OK})


def test_a_missing_worker_is_reported_and_not_fatal(client, db):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"] == OK | {"worker": "no worker was seen in the last 30 seconds"}


def test_a_lost_redis_is_reported_and_not_fatal(client, db, gone):
    heartbeat.beat()  # says so in the log, and nothing else

    answer = client.get("/readyz")
    checks = answer.json()["checks"]

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert checks["redis"] == "does not answer (ConnectionError)"
    assert checks["worker"] == "not checked without redis"


def test_a_frozen_redis_is_noticed_within_seconds(client, db, settings):
    var = VAR / "frozen"
    embedded.ensure(var, postgres=False)
    settings.REDIS_URL = embedded.redis_url(var)
    heartbeat.client.cache_clear()
    os.kill(embedded.redis_pid(var), signal.SIGSTOP)
    began = time.monotonic()
    try:
        assert client.get("/readyz").json()["checks"]["redis"] == "does not answer (TimeoutError)"
        assert time.monotonic() - began < TIMEOUT
    finally:
        os.kill(embedded.redis_pid(var), signal.SIGCONT)
        embedded.stop(var)
        heartbeat.client.cache_clear()


def test_not_ready_while_migrations_wait(client, db, seen):
    latest = MigrationLoader(connection).graph.leaf_nodes("webhooks")[0]
    MigrationRecorder(connection).record_unapplied(*latest)

    answer = client.get("/readyz")
    checks = answer.json()["checks"]

    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert checks["migrations"].endswith("not applied: run manage.py migrate")
    assert checks["database"] == "ok"


def test_not_ready_with_a_key_that_does_not_open_the_secrets(client, account, seen, settings):
    upsert_connection(account, "twilio", {"account_sid": "AC1", "auth_token": "x"})
    verify()
    settings.ENCRYPTION_KEYS = f"another:{b64encode(bytes(32)).decode()}"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "is missing, and secrets need it: " in answer.json()["checks"]["encryption_keys"]


def test_not_ready_without_a_database(client, db, seen, database_away):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == OK | {
        "database": "does not answer (OperationalError)",
        "migrations": "not checked without database",
        "encryption_keys": "not checked without migrations",
    }


def test_a_frozen_database_is_noticed_within_seconds(client, db, seen, frozen_database):
    began = time.monotonic()

    checks = client.get("/readyz").json()["checks"]

    assert checks["database"] == "does not answer (ConnectionTimeout)"
    assert time.monotonic() - began < 2 * TIMEOUT


@pytest.fixture
def frozen_database(monkeypatch) -> Iterator[None]:
    """New connections go to a PostgreSQL that is stopped in its tracks."""
    var = VAR / "frozen"
    embedded.ensure(var, redis=False, durable=False)
    host = embedded.django_database(embedded.database_url(var))["HOST"]
    real = connection.get_connection_params()
    monkeypatch.setattr(connection, "get_connection_params", lambda: real | {"host": host})
    pid = int((var / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)
    embedded.stop(var)


@pytest.fixture
def database_away(monkeypatch) -> None:
    """Nothing listens where new connections to PostgreSQL go."""
    real = connection.get_connection_params()
    monkeypatch.setattr(connection, "get_connection_params", lambda: real | {"host": "/nowhere"})
