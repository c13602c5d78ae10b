"""A disk for PostgreSQL that can be filled: a tmpfs whose size limit is set to what it uses. Needs root."""

import os
import shutil
import subprocess
from pathlib import Path

from liveplatform import embedded

SIZE = "6g"
# The limit cannot be set below what is used, and PostgreSQL writes meanwhile: so many tries.
TRIES = 20


class SmallDisk:
    """The data directory of a stack's PostgreSQL, moved to a tmpfs of its own; `reason` says why not, if not."""

    def __init__(self, var: Path) -> None:
        self._data = var / "postgres"
        self._var = var
        self.reason = "" if os.geteuid() == 0 else "only root may mount a tmpfs"

    def mount(self) -> None:
        """Move the data; PostgreSQL is stopped meanwhile. Without the right to mount nothing changes."""
        if self.reason:
            return
        embedded.stop(self._var, redis=False)
        aside = self._data.with_name("postgres.disk")
        self._data.rename(aside)
        self._data.mkdir()
        try:
            _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self._data))
        except subprocess.CalledProcessError as error:
            self.reason = f"mount: {error.stderr.decode().strip()}"
            self._data.rmdir()
            aside.rename(self._data)
        else:
            _run("cp", "-a", f"{aside}/.", str(self._data))
            shutil.rmtree(aside)
        embedded.ensure(self._var, redis=False)

    def fill(self) -> None:
        """No byte more can be written: ENOSPC. Raises CalledProcessError if it is written to too fast."""
        for attempt in range(TRIES):
            used = shutil.disk_usage(self._data).used
            try:
                self._resize(str(used + (attempt + 1) * 64 * 1024))
                return
            except subprocess.CalledProcessError:
                if attempt + 1 == TRIES:
                    raise

    def empty(self) -> None:
        """There is room again."""
        self._resize(SIZE)

    def unmount(self) -> None:
        """After PostgreSQL has stopped."""
        if not self.reason and self._data.is_mount():
            _run("umount", "-l", str(self._data))

    def _resize(self, size: str) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self._data))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
