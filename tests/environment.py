"""Loaded before Django's settings (pytest -p): tests have servers of their own, fast ones.

`DATABASE_URL` and `REDIS_URL` are honoured where they are set.
"""

import os
import shutil
import tempfile
from pathlib import Path

from liveplatform import embedded

ROOT = Path(__file__).resolve().parent.parent
(ROOT / "var").mkdir(exist_ok=True)
# Two runs side by side on one checkout do not meet.
VAR = Path(tempfile.mkdtemp(prefix="test-", dir=ROOT / "var"))
VAR.chmod(0o711)

os.environ["VAR_DIR"] = str(VAR)
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
os.environ["PROVIDER_TIMEOUT"] = "2"
os.environ["WORK_LEASE"] = "5"
os.environ["DATABASE_IDLE_LIMIT"] = "600"  # many tests are one long transaction


def pytest_configure() -> None:
    embedded.ensure(
        VAR,
        postgres="DATABASE_URL" not in os.environ,
        redis="REDIS_URL" not in os.environ,
        durable=False,
    )


def pytest_unconfigure() -> None:
    embedded.stop(VAR)
    shutil.rmtree(VAR, ignore_errors=True)
