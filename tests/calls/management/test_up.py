"""`manage.py up` runs once per data directory and port, and stops what it started, nothing else."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from liveplatform import embedded
from liveplatform.dev.stack import ROOT, free_port
from liveplatform.embedded.postgres import postgres_is_up
from liveplatform.embedded.valkey import redis_is_up
from tests.environment import VAR

TIMEOUT = 60.0


@pytest.fixture
def var() -> Iterator[Path]:
    """A data directory of its own; no server is left in the end."""
    with tempfile.TemporaryDirectory(dir=VAR) as name:
        yield Path(name)
        embedded.stop(Path(name))


def up(var: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    away = ("DATABASE_URL", "REDIS_URL", "SANDBOX_PORT", "PUBLIC_URL")
    env = {name: value for name, value in os.environ.items() if name not in away}
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=env | {"VAR_DIR": str(var)} | more,
        stdout=(var / "out").open("a"),
        stderr=subprocess.PIPE,
        text=True,
    )


def is_healthy(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).json()["status"] == "ok"
    except requests.RequestException:
        return False


def wait_healthy(port: int, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + TIMEOUT
    while not is_healthy(port):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.1)


def refused(process: "subprocess.Popen[str]") -> str:
    output = process.communicate(timeout=TIMEOUT)[1]
    assert process.returncode == 1, output
    assert "Traceback" not in output
    return output


def call_over(port: int, key: str) -> int:
    body = {"call_from": "+14155550100", "call_to": "+14155550123", "twiml": "<Response/>"}
    headers = {"Authorization": f"Bearer {key}"}
    url = f"http://127.0.0.1:{port}/calls/make-call"
    return requests.post(url, json=body, headers=headers, timeout=20).status_code


def sends_a_stream_event(port: int, sandbox: int, key: str) -> bool:
    """Whether the timeline of a video call shows who joined at the sandbox."""
    api, headers = f"http://127.0.0.1:{port}/v1", {"Authorization": f"Bearer {key}"}
    body = {"host_user_id": "h", "title": "t"}
    call = requests.post(f"{api}/live/calls", json=body, headers=headers, timeout=20).json()
    event = {"id": call["stream_call_id"], "what": "joined"}
    requests.post(f"http://127.0.0.1:{sandbox}/_sandbox/happen", json=event, timeout=5).raise_for_status()
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        if "call.session_started" in requests.get(f"{api}/calls/{call['id']}/timeline", headers=headers).text:
            return True
        time.sleep(0.1)
    return False


def test_a_second_up_is_refused_and_the_first_goes_on(var):
    ports = [free_port() for _ in range(4)]
    first = up(var, ports[0], SANDBOX_PORT=str(ports[1]))
    try:
        wait_healthy(ports[0], first)
        assert "Another `make up` runs here already" in refused(up(var, ports[2]))
        with tempfile.TemporaryDirectory(dir=VAR) as other:
            assert f"Port {ports[0]}" in refused(up(Path(other), ports[0]))
            assert not (Path(other) / "postgres").exists(), "nothing was started"
        assert is_healthy(ports[0])
        key = re.search(r"lp_\S+", (var / "out").read_text()).group()
        assert embedded.up_settings(var).public_url == f"http://127.0.0.1:{ports[0]}", "for commands"
        assert call_over(ports[0], key) == 200
        assert sends_a_stream_event(*ports[:2], key)
    finally:
        first.send_signal(signal.SIGTERM)
        assert first.wait(TIMEOUT) == 0
    assert not postgres_is_up(var) and not redis_is_up(var), "it stopped what it had started"
    _start_on_another_port(var, ports[3], key)


def _start_on_another_port(var: Path, port: int, key: str) -> None:
    embedded.ensure(var, postgres=False)
    again = up(var, port)
    try:
        wait_healthy(port, again)
        assert call_over(port, key) == 200
    finally:
        again.send_signal(signal.SIGTERM)
        assert again.wait(TIMEOUT) == 0
    assert redis_is_up(var), "it was there before"
    assert not postgres_is_up(var)


def test_a_taken_sandbox_port_is_refused_and_servers_of_others_stay(var):
    embedded.ensure(var, durable=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        output = refused(up(var, free_port(), SANDBOX_PORT=str(taken)))
    assert f"Port {taken}, the provider sandbox's" in output
    assert postgres_is_up(var) and redis_is_up(var)
