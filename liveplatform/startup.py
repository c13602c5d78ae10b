"""What every process does before it serves: start the embedded servers, and compare the encryption keys."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from liveplatform import embedded
from liveplatform.security.encryption_keys import WrongKeys, verify

log = structlog.get_logger(__name__)


class StartRefused(Exception):
    """This process must not start; the message says what to do."""


def start() -> None:
    """Start embedded servers, set up Django, compare the keys; ends the process if it must not start."""
    with refusal_ends_process():
        embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
        django.setup()
        check_encryption_keys()


def check_encryption_keys() -> None:
    """Raises StartRefused if they are not the database's.

    A database that cannot be reached, or has no tables yet, is left to /readyz.
    """
    try:
        verify()
    except WrongKeys as error:
        raise StartRefused(str(error)) from error
    except DatabaseError as error:
        log.warning("encryption_keys_not_compared", error=type(error).__name__)
    finally:
        connections.close_all()  # processes that are forked later must not share it


@contextmanager
def refusal_ends_process() -> Iterator[None]:
    """End the process with the plain message of a StartRefused or ImproperlyConfigured, and no traceback."""
    try:
        yield
    except (StartRefused, ImproperlyConfigured) as error:
        if multiprocessing.parent_process():  # of a server that would only start another
            os.kill(os.getppid(), signal.SIGTERM)
        sys.exit(f"Live Platform does not start. {error}")
