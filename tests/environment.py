"""Loaded before Django's settings (pytest -p): tests have servers of their own, fast ones.

`DATABASE_URL` and `REDIS_URL` are honoured where they are set.
"""

import os
from pathlib import Path

from liveplatform import embedded

VAR = Path(__file__).resolve().parent.parent / "var" / "test"

os.environ["VAR_DIR"] = str(VAR)
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
os.environ["PROVIDER_TIMEOUT"] = "2"
os.environ["WORK_LEASE"] = "5"


def pytest_configure() -> None:
    embedded.ensure(
        VAR,
        postgres="DATABASE_URL" not in os.environ,
        redis="REDIS_URL" not in os.environ,
        durable=False,
    )


def pytest_unconfigure() -> None:
    embedded.stop(VAR)
