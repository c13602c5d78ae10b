"""Failpoints: named places in the code where a test can make a process exit, as kill -9 would.

Off unless the setting FAILPOINTS names a directory. A process that reaches a failpoint deletes the file of
that name and exits at once, so each file causes one crash, in the first process that gets there.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def reach(name: str) -> None:
    """Exit with status 137 if the file of this failpoint exists."""
    if settings.FAILPOINTS:
        with suppress(FileNotFoundError):
            (Path(settings.FAILPOINTS) / name).unlink()
            os._exit(137)
