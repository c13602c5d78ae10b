"""At most so many at a time: what is expensive or waits for somebody else is bounded per account.

The counts are those of this process. What is beyond a bound is refused at once and holds no thread.
"""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from rest_framework import exceptions

from liveplatform.limits import refusals


class Busy(exceptions.APIException):
    """503 or 429: so many of these run at once already; `wait` is for Retry-After (s)."""

    default_code = "busy"
    wait = 1

    def __init__(self, what: str, status: int = 503) -> None:
        super().__init__(f"Too many {what} run at once; try again in a moment.")
        self.status_code = status


class Limit:
    """At most `per_key` at a time of each key, and `total` of all.

    `name` is that of its metric, `what` completes "Too many … run at once", `status` is that of the refusal.
    """

    def __init__(self, name: str, what: str, *, per_key: int, total: int, status: int = 503) -> None:
        self.name, self.what, self.status = name, what, status
        self.per_key, self.total = per_key, total
        self._lock = threading.RLock()  # a garbage collection inside may release another place
        self._held: Counter[Hashable] = Counter()

    @contextmanager
    def hold(self, key: Hashable) -> Iterator[None]:
        """Hold one place of the key. Raises Busy if there is none."""
        self.acquire(key)
        try:
            yield
        finally:
            self.release(key)

    def acquire(self, key: Hashable) -> None:
        """Take a place, to be given back by `release`. Raises Busy if there is none."""
        with self._lock:
            if self._held[key] < self.per_key and self._held.total() < self.total:
                self._held[key] += 1
                return
        refusals.count(self.name)
        raise Busy(self.what, self.status)

    def release(self, key: Hashable) -> None:
        """Give a place back."""
        with self._lock:
            self._held[key] -= 1
            if self._held[key] <= 0:
                del self._held[key]
