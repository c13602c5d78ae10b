"""What a process id stands for at this moment; pid files may name a stranger."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def has_argument(pid: int, argument: str) -> bool:
    """Whether that process lives, and was started with (or shows) this argument."""
    return argument in _command_line(pid)


def _command_line(pid: int) -> str:
    if (PROC / "self").exists():
        try:
            return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
        except OSError:
            return ""
    command = ["ps", "-o", "args=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    return os.fsdecode(shown.stdout)
