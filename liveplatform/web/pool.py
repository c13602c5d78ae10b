"""The request threads of a web process, shared fairly among its clients.

Clients take turns: with a queue of its own for each, a client that sends a thousand requests delays another
one's request by one turn. No client has more than `per_client` threads at a time, so that its slow requests
leave threads to the others.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

Job = Callable[[], None]


class Overloaded(Exception):
    """Too many requests wait for a thread."""


@dataclass
class _Client:
    """The waiting jobs of a client, and its turns: those that wait in line, and those in line or running."""

    key: str
    jobs: deque[Job] = field(default_factory=deque)
    in_line: int = 0
    turns: int = 0


class FairPool:
    """Runs jobs, which must not raise, in threads that are started with the first job (after any fork)."""

    def __init__(self, threads: int, *, per_client: int, waiting: int, waiting_per_client: int) -> None:
        self.threads, self.per_client = threads, per_client
        self.waiting_limit, self.waiting_per_client = waiting, waiting_per_client
        self._lock = threading.Lock()
        self._line: SimpleQueue[_Client] = SimpleQueue()
        self._clients: dict[str, _Client] = {}
        self._waiting = 0
        self._started = False

    def submit(self, key: str, job: Job) -> None:
        """Queue a job of the client `key`. Raises Overloaded if too many wait, of all or of this client."""
        with self._lock:
            client = self._clients.get(key) or _Client(key)
            if self._waiting >= self.waiting_limit or len(client.jobs) >= self.waiting_per_client:
                raise Overloaded
            self._clients[key] = client
            client.jobs.append(job)
            self._waiting += 1
            if client.turns < self.per_client:
                client.turns += 1
                self._queue(client)
            if not self._started:
                self._start()

    def _queue(self, client: _Client) -> None:
        client.in_line += 1
        self._line.put(client)

    def _start(self) -> None:
        self._started = True
        for number in range(self.threads):
            threading.Thread(target=self._work, name=f"web-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            client = self._line.get()
            with self._lock:
                client.in_line -= 1
                job = client.jobs.popleft()
                self._waiting -= 1
            job()
            del job
            with self._lock:
                if len(client.jobs) > client.in_line:
                    self._queue(client)
                else:
                    self._end_turn(client)

    def _end_turn(self, client: _Client) -> None:
        client.turns -= 1
        if not client.turns:
            del self._clients[client.key]
