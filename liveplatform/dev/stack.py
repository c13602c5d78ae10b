"""The whole platform on this machine, for the demo, the story tests and chaos: servers and processes.

The processes are those of the Procfile, each in its own process group, so that they can be killed one by one.
`stop` ends what was started here and nothing else.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from liveplatform import embedded

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 40.0
STOP_GRACE = 12.0
# $NAME and ${NAME:-default} of the Procfile, which a shell expands elsewhere.
VARIABLE = re.compile(r"\$(?:\{(\w+):-([^}]*)\}|(\w+))")


class StartFailed(RuntimeError):
    """A process did not start; the text holds the end of its log."""


class LocalStack:
    """One platform on one data directory. Use as a context manager, or call `stop`."""

    def __init__(self, var: Path, settings: Mapping[str, str] | None = None) -> None:
        self.var = var.resolve()
        self.port, self.sandbox_port, self.receiver_port = free_port(), free_port(), free_port()
        self.env = os.environ | {
            "VAR_DIR": str(self.var),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "WEBHOOK_ALLOW_HTTP": "1",
            "WEBHOOK_ALLOW_LOOPBACK": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
            **(settings or {}),
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.received = self.var / "received.jsonl"

    url = property(lambda self: f"http://127.0.0.1:{self.port}")
    sandbox_url = property(lambda self: f"http://127.0.0.1:{self.sandbox_port}")
    receiver_url = property(lambda self: f"http://127.0.0.1:{self.receiver_port}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def prepare(self, *, durable: bool = True) -> None:
        """Start PostgreSQL and Redis and apply the migrations."""
        embedded.ensure(self.var, durable=durable)
        self.manage("migrate", "-v0", DATABASE_IDLE_LIMIT="60")  # a migration computes between statements

    def manage(self, *arguments: str, **env: str) -> str:
        """Run a manage.py command and return its output; raises with its stderr if it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=self.env | env, capture_output=True, text=True
        )
        if done.returncode:
            raise StartFailed(f"manage.py {arguments[0]} failed: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes: web, worker, beat, sandbox, receiver; "worker-2" is a second worker."""
        for name in names:
            command = shlex.split(os.path.expandvars(self._command(name)))
            with (self.var / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(  # noqa: S603
                    command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
                )

    def wait_ready(self) -> None:
        """Wait until every started server answers and a worker has sent a heartbeat."""
        checks = {"web": f"{self.url}/readyz" if "worker" in self.processes else f"{self.url}/healthz"}
        checks["sandbox"] = f"{self.sandbox_url}/_sandbox/healthz"
        until = time.monotonic() + START_TIMEOUT
        for name, url in checks.items():
            while name in self.processes and not self._answers(url):
                died = next(iter(self.dead()), "")
                if died or time.monotonic() > until:
                    raise StartFailed(f"{died or name} did not start: {self.log(died or name)[-2000:]}")
                time.sleep(0.05)

    def dead(self) -> list[str]:
        """The names of started processes that have ended by themselves."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def kill(self, name: str, sign: int = signal.SIGKILL) -> None:
        """Send a signal (SIGKILL by default) to a process and its children, should any be left."""
        process = self.processes.pop(name)
        _signal(process, sign)
        process.wait()

    def log(self, name: str) -> str:
        """The output of a process so far."""
        path = self.var / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """Terminate the processes, kill those still alive after STOP_GRACE seconds, and stop the servers."""
        for process in self.processes.values():
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + STOP_GRACE
        for process in self.processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        embedded.stop(self.var)

    def _command(self, name: str) -> str:
        if name == "receiver":
            return (
                f"{sys.executable} -m liveplatform.dev.webhook_receiver --port {self.receiver_port} "
                f"--log {shlex.quote(str(self.received))}"
            )
        command = procfile()[name.partition("-")[0]]
        return VARIABLE.sub(
            lambda found: shlex.quote(self.env.get(found[1] or found[3]) or found[2] or ""), command
        )

    def _answers(self, url: str) -> bool:
        try:
            response = requests.get(url, timeout=2)
            return response.status_code == 200 and b"degraded" not in response.content
        except requests.RequestException:
            return False


def procfile() -> dict[str, str]:
    """The commands of the Procfile by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {
        name.strip(): command.strip()
        for name, _, command in (line.partition(":") for line in lines)
        if command
    }


def free_port() -> int:
    """A TCP port of this machine that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _signal(process: "subprocess.Popen[bytes]", sign: int) -> None:
    try:
        os.killpg(process.pid, sign)
    except ProcessLookupError:
        return
