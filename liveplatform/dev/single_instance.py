"""One `make up` at a time per data directory; conflicts are reported before anything starts."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """The data directory or a port is in use; the text says which, and what to do."""


@contextmanager
def single_instance(var: Path, address: str) -> Iterator[None]:
    """Hold the lock of the data directory until this process ends; raises if another process holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(
                f"Another `make up` runs here already: {lock.read()}. Stop it first; or give this one "
                "a data directory and a port of its own: make up VAR_DIR=var/second PORT=8100"
            ) from error
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield


def check_port(port: int, whose: str, instead: str) -> None:
    """Raise if the port cannot be bound. `whose`: its purpose; `instead`: how to choose another one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port closed just now is free
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise AlreadyRunning(
                f"Port {port}, {whose}, cannot be used ({error}). Choose another: {instead}"
            ) from error
