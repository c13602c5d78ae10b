"""Memory: what a look-up said, believed for a few seconds by this process."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class TTLCache(Generic[V]):
    """Answers of look-ups by their question, "there is none" included; never more than `size` of them."""

    def __init__(self, seconds: float, size: int) -> None:
        self.seconds, self.size = seconds, size
        self._known: dict[Hashable, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def get_or_load(self, question: Hashable, look_up: Callable[[], V]) -> V:
        """The answer, looked up if it is not known or too old. A look-up that raises is not remembered."""
        known = self._known.get(question)
        if known and known[0] > time.monotonic():
            return known[1]
        answer = look_up()
        with self._lock:
            if len(self._known) >= self.size:
                self._known.clear()
            self._known[question] = (time.monotonic() + self.seconds, answer)
        return answer

    def clear(self) -> None:
        """Drop everything."""
        self._known.clear()

    def __len__(self) -> int:
        return len(self._known)
