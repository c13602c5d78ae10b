"""Bounds how many request threads wait for providers: those that hang must not take all threads of a process.

A wait hangs that has lasted HANGING_AFTER while its connection's provider answered no other one. Few of these
are held at a time; what is beyond is refused at once, as is a request to a provider that has been answering
slowly. At providers that answer, bursts pass: who finds no place waits for it, in turn and for HANGING_AFTER
at most.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from liveplatform.accounts.models import Connection
from liveplatform.limits import refusals
from liveplatform.limits.concurrency import Busy
from providers.errors import Unavailable
from providers.http import require_quick

# Seconds. Under one second, as this is the longest that a full process keeps its other requests waiting.
HANGING_AFTER = 0.8
# Waits that hang, in a web process, which has eight request threads (liveplatform/web/application.py).
HANGING_PER_CONNECTION = 2
HANGING_PER_ACCOUNT = 3
HANGING = 5
# Waits at a time, hanging or not: two accounts find places, and two threads wait for no provider.
PER_ACCOUNT = 4
TOTAL = 6


class ProviderBusy(Unavailable):
    """The provider was not asked: too many requests wait for it, or it answers slowly."""


@contextmanager
def waiting_for(connection: Connection | None) -> Iterator[None]:
    """Hold a place to wait for the connection's provider. Raises ProviderBusy if there is none.

    Without a connection nothing is held: there is nobody to wait for.
    """
    if connection is None:
        yield
        return
    with ExitStack() as place:
        try:
            place.enter_context(_waits.one(connection))
            require_quick(str(connection.pk), connection.provider)
        except (Busy, Unavailable) as error:
            raise ProviderBusy(str(error), code="busy") from error
        yield


@dataclass(eq=False)
class _Wait:
    """A request thread that waits for a provider since `began` (time.monotonic())."""

    account: UUID
    connection: UUID
    began: float = field(default_factory=time.monotonic)


class _Waits:
    """Those of this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._all: set[_Wait] = set()
        self._in_line: list[_Wait] = []
        # When a connection's provider answered last, of those with waits.
        self._answered: dict[UUID, float] = {}

    @contextmanager
    def one(self, connection: Connection) -> Iterator[None]:
        """One more, once there is a place. Raises Busy if there is none within HANGING_AFTER."""
        wait = _Wait(connection.account_id, connection.pk)
        with self._changed:
            self._await_place(wait)
            wait.began = time.monotonic()
            self._all.add(wait)
        try:
            yield
            self._answered[wait.connection] = time.monotonic()
        finally:
            self._leave(wait)

    def _leave(self, wait: _Wait) -> None:
        with self._changed:
            self._all.remove(wait)
            if all(other.connection != wait.connection for other in self._all):
                self._answered.pop(wait.connection, None)
            self._changed.notify_all()

    def _await_place(self, wait: _Wait) -> None:
        self._refuse_if_hanging(wait)
        self._in_line.append(wait)
        try:
            while not self._has_place(wait):
                left = wait.began + HANGING_AFTER - time.monotonic()
                if left <= 0:
                    _refuse("requests to providers")
                self._changed.wait(left)
                self._refuse_if_hanging(wait)
        finally:
            self._in_line.remove(wait)
            self._changed.notify_all()

    def _has_place(self, wait: _Wait) -> bool:
        """Whether there is one, and nobody of this account was earlier in line."""
        earlier = next(other for other in self._in_line if other.account == wait.account)
        of_account = sum(other.account == wait.account for other in self._all)
        return earlier is wait and len(self._all) < TOTAL and of_account < PER_ACCOUNT

    def _refuse_if_hanging(self, wait: _Wait) -> None:
        since = time.monotonic() - HANGING_AFTER
        hanging = [
            each for each in self._all if max(each.began, self._answered.get(each.connection, 0.0)) <= since
        ]
        if sum(other.connection == wait.connection for other in hanging) >= HANGING_PER_CONNECTION:
            _refuse("requests to this provider")
        of_account = sum(other.account == wait.account for other in hanging)
        if of_account >= HANGING_PER_ACCOUNT or len(hanging) >= HANGING:
            _refuse("requests to providers")


def _refuse(what: str) -> NoReturn:
    refusals.count("provider_waits")
    raise Busy(what)


_waits = _Waits()
