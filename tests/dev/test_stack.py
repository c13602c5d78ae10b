"""The local platform: its processes are the Procfile's, and what fails to start says why."""

import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from liveplatform.dev.stack import ROOT, LocalStack, StartFailed, free_port, procfile
from tests.environment import VAR


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    with tempfile.TemporaryDirectory(dir=VAR) as name, LocalStack(Path(name)) as stack:
        yield stack


def test_the_processes_are_those_of_the_procfile():
    assert {"web", "worker", "beat", "sandbox"} <= set(procfile())
    assert (ROOT / "manage.py").is_file()


def test_a_free_port_can_be_bound():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))


def test_a_command_that_fails_raises_with_its_errors(stack):
    with pytest.raises(StartFailed, match="manage.py nonsense failed: .*Unknown command"):
        stack.manage("nonsense")


def test_a_process_that_dies_raises_with_its_log(stack):
    stack.env["SANDBOX_PORT"] = "70000"
    stack.start("sandbox")
    with pytest.raises(StartFailed, match="(?s)sandbox did not start: .*65535"):
        stack.wait_ready()


def test_one_process_is_started_logged_and_killed(stack):
    stack.start("receiver")
    process = stack.processes["receiver"]
    assert process.poll() is None
    stack.kill("receiver")
    assert process.poll() is not None
    assert "receiver" not in stack.processes
    assert stack.log("nothing") == ""


@pytest.mark.parametrize(("given", "listens"), [({}, "127.0.0.1"), ({"WEB_HOST": "127.0.0.7"}, "127.0.0.7")])
def test_the_web_process_listens_where_the_settings_say(tmp_path, given, listens):
    """Expanded here as by the shell that honcho starts."""
    stack = LocalStack(tmp_path, given)
    here = shlex.split(stack._command("web"))
    environment = {name: value for name, value in stack.env.items() if name != "WEB_HOST"} | given
    shell = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {procfile()['web']}"], env=environment, capture_output=True, text=True
    )
    assert here == shell.stdout.splitlines()
    assert here[here.index("--host") + 1] == listens
    assert here[here.index("--port") + 1] == str(stack.port)
