"""The embedded PostgreSQL starts after crashes, stale pid files and half-made clusters."""

import os
import signal
import subprocess

import psutil
import psycopg

from liveplatform import embedded
from liveplatform.embedded.postgres import postgres_is_up, start_postgres, stop_postgres
from tests.support.servers import kill, pids, sql


def test_a_start_waits_for_child_processes_of_a_killed_server(var):
    embedded.ensure(var, redis=False, durable=False)
    connection = psycopg.connect(embedded.database_url(var))
    busy = connection.info.backend_pid
    os.kill(busy, signal.SIGSTOP)
    kill(psutil.Process(pids(var)[0]))
    waking = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {busy}"])

    embedded.ensure(var, redis=False, durable=False)

    assert waking.wait() == 0
    connection.close()
    assert sql(var, "SELECT 1") == "1"


def test_a_stale_pid_file_that_names_another_process_is_ignored(var):
    embedded.ensure(var, redis=False, durable=False)
    lines = (var / "postgres" / "postmaster.pid").read_text().splitlines()
    embedded.stop(var)
    other = subprocess.Popen(["sleep", "60"])
    try:
        (var / "postgres" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        embedded.ensure(var, redis=False, durable=False)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert sql(var, "SELECT 1") == "1"


def test_an_interrupted_first_start_is_repeated(var):
    (var / "postgres.new").mkdir(parents=True)
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")

    embedded.ensure(var, redis=False, durable=False)

    assert sql(var, "SELECT 1") == "1"


def test_environment_variables_of_postgres_are_ignored(var, monkeypatch):
    for name, value in {"PGPORT": "6543", "PGDATA": "/nowhere", "TMPDIR": str(var)}.items():
        monkeypatch.setenv(name, value)

    embedded.ensure(var, redis=False, durable=False)

    assert sql(var, "SELECT 1") == "1"


def test_it_is_up_between_start_and_stop(var):
    assert not postgres_is_up(var)
    start_postgres(var, durable=False)
    assert postgres_is_up(var)
    stop_postgres(var)
    assert not postgres_is_up(var)
    stop_postgres(var)  # no error if it does not run
