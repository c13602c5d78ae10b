"""What every process refuses to start with: no secrets for a database of its own, or the wrong keys for it."""

import os
import shlex
import subprocess
from base64 import b64encode

import pytest

from liveplatform.dev.stack import ROOT, LocalStack, procfile
from tests.conftest import QUICK
from tests.support.stories import VAR

SECRETS = {"SECRET_KEY": "x" * 50, "ENCRYPTION_KEYS": f"k1:{b64encode(bytes(32)).decode()}"}
ENTRIES = ("web", "worker", "beat", "manage.py")


def started(entry: str, local: LocalStack, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A process that must end by itself within seconds."""
    command = "python manage.py create_account refused" if entry == "manage.py" else local._command(entry)
    away = SECRETS.keys() | {"DATABASE_URL", "REDIS_URL"}
    env = {name: value for name, value in local.env.items() if name not in away}
    return subprocess.run(
        shlex.split(os.path.expandvars(command)),
        cwd=ROOT,
        env=env | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("entry", "missing"),
    [*((entry, "ENCRYPTION_KEYS") for entry in ENTRIES), ("manage.py", "SECRET_KEY")],
)
def test_no_process_starts_without_its_secrets(entry, missing, tmp_path):
    given = {name: value for name, value in SECRETS.items() if name != missing}
    local = LocalStack(tmp_path)
    done = started(entry, local, DATABASE_URL="postgresql://u@127.0.0.1:1/d", **given)
    assert done.returncode != 0 or entry == "web"
    assert f"DATABASE_URL is set, so {missing} must be set too" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_process_starts_with_a_wrong_key(entry, one_customer):
    """The database has secrets that were sealed with the key under var/."""
    wrong = LocalStack(VAR, QUICK)
    done = started(entry, wrong, ENCRYPTION_KEYS=SECRETS["ENCRYPTION_KEYS"])
    assert done.returncode != 0 or entry == "web"
    assert "Live Platform does not start. ENCRYPTION_KEYS: 'dev' is missing" in done.stderr
    assert "Put back the ENCRYPTION_KEYS" in done.stderr


def test_commands_that_repair_start_with_a_wrong_key(one_customer):
    wrong = LocalStack(VAR, QUICK | {"ENCRYPTION_KEYS": SECRETS["ENCRYPTION_KEYS"]})
    assert "security" in wrong.manage("showmigrations", "security")


def test_every_process_is_covered():
    assert set(procfile()) - {"sandbox"} == set(ENTRIES) - {"manage.py"}
