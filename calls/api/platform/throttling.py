"""How many exports run at once in a process: a reader may be slow, and a thread is his meanwhile."""

import threading
import time
from collections.abc import Iterator
from weakref import WeakSet

from rest_framework.exceptions import Throttled

# That move; and with those whose readers have stalled. The other threads are everybody else's.
MAX_ACTIVE = 2
MAX_OPEN = 4
# An export that gave nothing for so long (s) has lost its place: its reader stalls, or it was dropped unread.
IDLE_TIMEOUT = 60.0

# Weak: an answer that is dropped without being closed takes its place along.
_streams: "WeakSet[ExportStream]" = WeakSet()
_lock = threading.Lock()


class ExportStream:
    """The chunks of an export. Holds a place of this process while it moves; Throttled if none is free."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.has_begun = chunks, False
        self.moved_at = time.monotonic()
        with _lock:
            for left in [each for each in _streams if each.is_idle and not each.has_begun]:
                _streams.discard(left)  # nobody ever read it: it holds no thread
            moving = [each for each in _streams if not each.is_idle]
            if len(moving) >= MAX_ACTIVE or len(_streams) >= MAX_OPEN:
                raise Throttled(wait=10)
            _streams.add(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.has_begun, self.moved_at = True, time.monotonic()
        chunk = next(self.chunks)
        self.moved_at = time.monotonic()
        return chunk

    def close(self) -> None:
        """Whoever serves the response calls this, whatever became of it; twice does no harm."""
        with _lock:
            _streams.discard(self)

    @property
    def is_idle(self) -> bool:
        return time.monotonic() - self.moved_at > IDLE_TIMEOUT
