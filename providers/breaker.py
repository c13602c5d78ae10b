"""Circuit breaker: no requests to a provider that keeps failing."""

import threading
import time

from providers.errors import Unavailable

BREAKER_FAILURES = 5
BREAKER_OPEN_SECONDS = 5.0


class Breaker:
    """Opens after BREAKER_FAILURES consecutive failures; then lets one request through per interval."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def check(self, name: str) -> None:
        """Return if a request may be made; raise Unavailable (code "breaker_open") if not."""
        with self._lock:
            now = time.monotonic()
            if self._failures < BREAKER_FAILURES:
                return
            if now < self._open_until:
                # No retry_after: the caller's own growing delays must outlast a long failure.
                raise Unavailable(f"{name} keeps failing; waiting.", code="breaker_open")
            self._open_until = now + BREAKER_OPEN_SECONDS

    def record_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= BREAKER_FAILURES:
                self._open_until = time.monotonic() + BREAKER_OPEN_SECONDS

    def record_success(self) -> None:
        with self._lock:
            self._failures = 0
