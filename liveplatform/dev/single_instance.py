"""One `make up` at a time on a data directory and its ports; what is taken is said before anything starts."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Somebody else has it; the text says what, and what to do."""


@contextmanager
def single_instance(var: Path, address: str) -> Iterator[None]:
    """Hold the data directory, however this process ends; Taken if another `make up` holds it."""
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
    """Taken if somebody listens there; `instead` is how to choose another one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was closed just now is free
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise AlreadyRunning(
                f"Port {port}, {whose}, cannot be used ({error}). Choose another: {instead}"
            ) from error
