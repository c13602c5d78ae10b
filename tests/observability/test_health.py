"""/healthz, /readyz with each check failing, /metrics."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from calls.models import Step
from liveplatform import embedded
from liveplatform.observability.health import TIMEOUT
from liveplatform.observability.metrics import OPEN, Gauge, gauges
from liveplatform.webhooks.models import Endpoint
from liveplatform.work import heartbeat
from liveplatform.work.queue import queues
from tests.environment import VAR
from tests.support.factories import phone_call

# Longer than any scrape may take.
SLOW = [Gauge("slow", "A statement that takes its time.", "SELECT 1 FROM pg_sleep(30)")]
OK = {"database": "ok", "migrations": "ok", "redis": "ok", "worker": "ok"}


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


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_answer_to_any_host_name_and_to_get_alone(db, path):
    assert Client(headers={"Host": "10.1.2.3:8000"}).get(path).status_code in (200, 503)
    assert Client().post(path).status_code == 405


def test_ready_when_all_is_there(client, db, seen):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": OK})


def test_not_ready_until_a_worker_was_seen(client, db):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == OK | {"worker": "no worker was seen in the last 30 seconds"}


def test_a_worker_that_fell_silent_is_forgotten(seen):
    assert 0 < redis.from_url(settings.REDIS_URL).ttl(heartbeat.KEY) <= heartbeat.TTL


def test_not_ready_without_redis(client, db, gone):
    heartbeat.beat()  # says so in the log, and nothing else

    checks = client.get("/readyz").json()["checks"]

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

    checks = client.get("/readyz").json()["checks"]

    assert checks["migrations"].endswith("not applied: run manage.py migrate")
    assert checks["database"] == "ok"


def test_not_ready_without_a_database(client, db, seen, database_away):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == OK | {
        "database": "does not answer (OperationalError)",
        "migrations": "not checked without database",
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


def test_metrics_tell_what_stands_in_the_database(client, account):
    call = phone_call(account)
    Step.objects.create(call=call, kind=Step.Kind.ANALYSE, state="pending")
    Step.objects.create(call=call, kind=Step.Kind.NOTIFY, state="failed")
    Step.objects.create(call=call, kind=Step.Kind.CLEAN_UP, state="done")
    Endpoint.objects.create(account=account, url="https://example.com/", is_enabled=False)
    time.sleep(0.01)

    told = _told(client)

    assert told["liveplatform_database_up"] == {(): 1}
    rows = told["liveplatform_work_rows"]
    assert rows["steps", "pending"] == rows["steps", "failed"] == 1
    assert rows["steps", "running"] == rows["webhooks", "failed"] == 0
    assert set(told["liveplatform_work_oldest_due_seconds"]) == {(queue,) for queue in queues()}
    assert told["liveplatform_calls_open"]["live",] + told["liveplatform_calls_open"]["scheduled",] >= 1
    assert told["liveplatform_webhook_endpoints"] == {("well",): 0, ("failing",): 0, ("disabled",): 1}


def test_metrics_that_cannot_be_read_in_time_say_just_that(client, account, settings):
    settings.METRICS = ["tests.observability.test_health.SLOW"]

    assert _told(client) == {"liveplatform_database_up": {(): 0}}


@pytest.mark.parametrize("kind", [queue.model for queue in queues().values()], ids=lambda kind: kind.queue)
def test_figures_of_work_are_read_from_partial_indexes(db, kind):
    plan = _plan(OPEN.format(table=kind._meta.db_table))

    assert "Seq Scan" not in plan
    assert f"{kind._meta.model_name}_due" in plan


def test_figures_of_calls_are_read_from_partial_indexes(db):
    for gauge in gauges():
        if "calls" in gauge.name:
            assert "Seq Scan" not in _plan(gauge.statement)


def _plan(statement: str) -> str:
    """What PostgreSQL would do if the tables were large."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def _told(client: Client) -> dict[str, dict[tuple[str, ...], float]]:
    text = client.get("/metrics").content.decode()
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(text)
    }
