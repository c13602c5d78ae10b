"""Limits concurrent exports per process: a slow client holds a server thread."""

import threading
import time
from collections.abc import Iterator
from weakref import WeakSet

from rest_framework.exceptions import Throttled

# Exports whose clients read, and those together with exports whose clients have stalled.
MAX_ACTIVE = 2
MAX_OPEN = 4
# Seconds without a read after which an export counts as stalled.
IDLE_TIMEOUT = 60.0
RETRY_AFTER = 10  # seconds

# Weak references: a response that is dropped without being closed frees its slot.
_streams: "WeakSet[ExportStream]" = WeakSet()
_lock = threading.Lock()


class TooManyExports(Throttled):
    """429: every slot for an export is taken."""

    default_code = "too_many_exports"


class ExportStream:
    """The chunks of an export, which holds one of the process's slots. Raises Throttled if none is free."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.has_begun = chunks, False
        self.last_read = time.monotonic()
        with _lock:
            _discard_unread()
            active = [stream for stream in _streams if not stream.is_idle]
            if len(active) >= MAX_ACTIVE or len(_streams) >= MAX_OPEN:
                raise TooManyExports(wait=RETRY_AFTER)
            _streams.add(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.has_begun, self.last_read = True, time.monotonic()
        chunk = next(self.chunks)
        self.last_read = time.monotonic()
        return chunk

    def close(self) -> None:
        """Free the slot; called by the server when the response ends in any way, and idempotent."""
        with _lock:
            _streams.discard(self)

    @property
    def is_idle(self) -> bool:
        return time.monotonic() - self.last_read > IDLE_TIMEOUT


def _discard_unread() -> None:
    """Free the slots of idle streams that no client began to read: they hold no thread."""
    for stream in [stream for stream in _streams if stream.is_idle and not stream.has_begun]:
        _streams.discard(stream)
