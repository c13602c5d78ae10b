"""The webhook receiver in its own process, and its log."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Received:
    """One received request."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: str
    behaviour: str = ""

    @property
    def message_id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`with Receiver(directory / "log") as receiver:` … `receiver.url("/ok")`, `receiver.received("/ok")`."""

    log: Path
    behaviour: str = "ok"
    base: str = ""
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def __enter__(self) -> "Receiver":
        command = [sys.executable, "-m", "liveplatform.dev.webhook_receiver", "--port", "0"]
        command += ["--log", str(self.log), "--behaviour", self.behaviour]
        self.log.touch()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.base = self.process.stdout.readline().strip()
        assert self.base, "the receiver did not start"
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process and self.process.stdout
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def url(self, path: str) -> str:
        return self.base + path

    def received(self, path: str = "") -> list[Received]:
        """The requests so far, in order, to paths with this prefix."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [Received(**line) for line in lines if line["path"].startswith(path)]

    def wait_for(self, count: int, path: str = "", seconds: float = 10.0) -> list[Received]:
        """The requests, once there are `count`; AssertionError after `seconds`."""
        self._wait(lambda: len(self.received(path)) >= count, seconds)
        return self.received(path)

    def _wait(self, condition: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"only {len(self.received())} requests within {seconds} s"
            time.sleep(0.01)


@pytest.fixture(scope="session")
def receiver(tmp_path_factory) -> Iterator[Receiver]:
    """A receiver in a process of its own, for a whole test session."""
    with Receiver(tmp_path_factory.mktemp("receiver") / "log.jsonl") as receiver:
        yield receiver
