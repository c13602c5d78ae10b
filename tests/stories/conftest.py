"""One platform for all stories: real web, worker, beat, sandbox and receiver processes."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from liveplatform import embedded
from liveplatform.local import Local
from tests.stories.customer import Customer

VAR = Path(__file__).resolve().parents[2] / "var" / "stories"
QUICK = {
    "WORK_LEASE": "4",
    "WORK_SWEEP": "0.5",
    "PROVIDER_TIMEOUT": "1.5",
    "TRANSCRIPT_WINDOW": "1",
    "LOG_LEVEL": "INFO",
}
PROCESSES = ("sandbox", "receiver", "web", "worker", "beat")
_names = itertools.count(1)


@pytest.fixture(scope="session")
def running() -> Iterator[Local]:
    VAR.mkdir(parents=True, exist_ok=True)
    with Local(VAR, QUICK) as local:
        local.received.unlink(missing_ok=True)
        for name in PROCESSES:
            (VAR / f"{name}.log").unlink(missing_ok=True)
        local.prepare(durable=False)
        local.start(*PROCESSES)
        local.wait_ready()
        yield local


@pytest.fixture
def platform(running: Local) -> Iterator[Local]:
    """The platform, whole again after each story, whatever the story broke."""
    yield running
    embedded.ensure(VAR, durable=False)
    running.start(*(name for name in PROCESSES if name not in running.processes))
    for name in [name for name in running.processes if name not in PROCESSES]:
        running.kill(name)
    running.wait_ready()


@pytest.fixture
def customer(platform: Local) -> Iterator[Customer]:
    customer = Customer(platform, f"story {next(_names)}")
    yield customer
    customer.sandbox.heal()
