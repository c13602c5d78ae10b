"""Loaded before the settings (pytest -p): starts PostgreSQL and Redis for this run, without durability.

`DATABASE_URL` and `REDIS_URL` are honoured where they are set.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from base64 import b64encode
from pathlib import Path

from liveplatform import embedded

ROOT = Path(__file__).resolve().parent.parent
(ROOT / "var").mkdir(exist_ok=True)
# Two runs side by side on one checkout do not meet.
VAR = Path(tempfile.mkdtemp(prefix="test-", dir=ROOT / "var"))
VAR.chmod(0o711)
# Held for as long as this run lives, however it ends.
IN_USE = (VAR / "in-use").open("w")
fcntl.flock(IN_USE, fcntl.LOCK_EX)

# Else each of the hundreds of processes of a run would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ["VAR_DIR"] = str(VAR)
if "DATABASE_URL" in os.environ:
    os.environ.setdefault("SECRET_KEY", "of tests alone")
    os.environ.setdefault("ENCRYPTION_KEYS", f"test:{b64encode(bytes(32)).decode()}")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
os.environ["PUBLIC_URL"] = "http://127.0.0.1:9"  # no provider of a test tells anybody else
os.environ["PROVIDER_TIMEOUT"] = "2"
os.environ["PROVIDER_ALLOWLIST"] = "127.0.0.1"
os.environ["WORK_LEASE"] = "5"
os.environ["API_RATE_PER_MINUTE"] = os.environ["API_ACCOUNT_RATE_PER_MINUTE"] = "0"
os.environ["DATABASE_IDLE_LIMIT"] = "600"  # many tests are one long transaction


def pytest_configure() -> None:
    for left in VAR.parent.glob("test-*/in-use"):
        _sweep(left)
    embedded.ensure(
        VAR,
        postgres="DATABASE_URL" not in os.environ,
        redis="REDIS_URL" not in os.environ,
        durable=False,
    )


def pytest_unconfigure() -> None:
    _remove(VAR)


def _sweep(in_use: Path) -> None:
    """Stop and remove the servers of a run that was killed."""
    with in_use.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _remove(in_use.parent)


def _remove(var: Path) -> None:
    for lock in list(var.rglob("embedded.lock")):
        embedded.stop(lock.parent)
    shutil.rmtree(var, ignore_errors=True)
