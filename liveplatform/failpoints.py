"""Places where a process can be told to die at once, for the stories about crashes.

Off unless the setting FAILPOINTS names a directory: a process that reaches a point takes the file of that
name away and exits, as kill -9 would have it. So each file is one death, whichever process comes first.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def reach(name: str) -> None:
    """Die here, if somebody asked for it."""
    if settings.FAILPOINTS:
        with suppress(FileNotFoundError):
            (Path(settings.FAILPOINTS) / name).unlink()
            os._exit(137)
