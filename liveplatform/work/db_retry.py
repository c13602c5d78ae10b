"""Retry across a short loss of the database, so that finished work is not forgotten."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

T = TypeVar("T")

RETRY_INTERVAL = 0.2  # seconds


def retry_on_disconnect(operation: Callable[[], T], seconds: float) -> T:
    """Run the operation; while the connection is lost, again over a new one, for at most `seconds`."""
    until = time.monotonic() + seconds
    while True:
        try:
            return operation()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() > until:
                raise
            log.warning("database_disconnected", error=type(error).__name__)
            time.sleep(RETRY_INTERVAL)
