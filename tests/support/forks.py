"""A provider of audio streams whose answers a test decides; in the place of Twilio's adapter."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from providers import registry
from providers.registry import PROVIDERS
from providers.streams import ProviderStream
from providers.twilio.adapter import Twilio


@dataclass
class Forks:
    """Its streams, what it was asked, and what the next answers are: an error is raised after the effect."""

    provider: str = "twilio"
    streams: dict[str, ProviderStream] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    # By operation: called before ("before …") or after the effect; may raise or wait.
    on: dict[str, Callable[[], Any]] = field(default_factory=dict)
    stop_answer: str = ""

    def of(self, name: str) -> ProviderStream:
        return next(each for each in self.streams.values() if each.name == name)

    def running(self) -> list[str]:
        return [id for id, each in self.streams.items() if each.status == "live"]

    def _do(self, operation: str) -> None:
        self.asked.append(operation)
        self.on.get(f"before {operation}", lambda: None)()

    def _answer(self, operation: str) -> None:
        self.on.get(operation, lambda: None)()

    def fork_complaint(self, fork: Any) -> str:
        return ""

    def start_fork(self, call_id: str, fork: Any) -> ProviderStream:
        self._do("start")
        made = ProviderStream(f"MZ{len(self.streams)}", "live", "in-progress", fork.name)
        self.streams[made.id] = made
        self._answer("start")
        return made

    def stop_fork(self, ref: Any) -> Any:
        self._do("stop")
        found = [e for e in self.streams.values() if e.id == ref.id or (not ref.id and e.name == ref.name)]
        live = [each for each in found if each.status == "live"]
        if self.stop_answer != "accepted":
            for each in live:
                self.streams[each.id] = replace(each, status="stopped", raw_status="stopped")
        self._answer("stop")
        return self.stop_answer or ("stopped" if live else "not_running")

    def forks(self, call_id: str) -> list[ProviderStream]:
        self._do("list")
        self._answer("list")
        return list(self.streams.values())


class UnlistedForks:
    """The same without a list, as Twilio has it."""

    def __init__(self, forks: Forks) -> None:
        self.provider, self._forks = forks.provider, forks
        self.fork_complaint, self.start_fork = forks.fork_complaint, forks.start_fork
        self.stop_fork = forks.stop_fork


@pytest.fixture
def forks(monkeypatch) -> Forks:
    """The provider of all connections that phone_call() makes."""
    made = Forks()
    _serve(monkeypatch, made)
    return made


@pytest.fixture
def unlisted(monkeypatch, forks) -> Forks:
    """The same, but it lists no streams."""
    _serve(monkeypatch, UnlistedForks(forks))
    return forks


def _serve(monkeypatch: pytest.MonkeyPatch, adapter: Any) -> None:
    served = replace(PROVIDERS["twilio"], credentials=Twilio.credentials, adapter=lambda *_: adapter)
    monkeypatch.setitem(registry.PROVIDERS, "twilio", served)


def raises(error: Exception) -> Callable[[], None]:
    """An answer that is this error."""

    def answer() -> None:
        raise error

    return answer
