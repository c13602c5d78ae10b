"""Sitting out a database that is away for a moment: what was done must not be forgotten meanwhile."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

T = TypeVar("T")

RETRY_INTERVAL = 0.2


def retry_on_disconnect(act: Callable[[], T], seconds: float) -> T:
    """Do it; while the connection is lost, do it again over a new one, for at most so many seconds."""
    until = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() > until:
                raise
            log.warning("database_away", error=type(error).__name__)
            time.sleep(RETRY_INTERVAL)
