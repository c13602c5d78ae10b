"""Which program a process id belongs to: a stale pid file may name another process."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def has_argument(pid: int, argument: str) -> bool:
    """Whether the process is alive and has `argument` on its command line."""
    return argument in _command_line(pid)


def _command_line(pid: int) -> str:
    if (PROC / "self").exists():
        try:
            return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
        except OSError:
            return ""
    command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]  # -ww: not cut to a width
    shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    return os.fsdecode(shown.stdout)
