"""What attacks need: the attacking account, threads that repeat a request, servers that do not answer."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests

from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer


@dataclass(frozen=True)
class Stage:
    """One attack's platform and the account that attacks."""

    local: LocalStack
    attacker: Customer


# Attacks while the context is open.
Attack = Callable[[Stage], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def hammering(threads: int, act: Callable[[], object]) -> Iterator[None]:
    """Repeat `act` in so many threads; what it raises over HTTP is of no interest."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.is_set():
            with contextlib.suppress(requests.RequestException, OSError):
                act()

    running = [threading.Thread(target=run, daemon=True) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in running:
            thread.join(20)
