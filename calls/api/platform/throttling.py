"""Limits concurrent exports per account and process: each holds memory, and runs statements one by one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID
from weakref import finalize

from rest_framework.exceptions import Throttled

from liveplatform.limits.concurrency import Busy, Limit

# Exports at a time in a web process, of an account and in all.
MAX_PER_ACCOUNT = 2
MAX_OPEN = 8
RETRY_AFTER = 10  # seconds

EXPORTS = Limit("exports", "exports of this account", per_key=MAX_PER_ACCOUNT, total=MAX_OPEN)


class TooManyExports(Throttled):
    """429: every place for an export, of the account or of all, is taken."""

    default_code = "too_many_exports"


class ExportStream:
    """The chunks of an export, which holds one of the places. Raises TooManyExports if none is free.

    The server closes it when the answer ends in any way, or when its client has stalled.
    """

    def __init__(self, chunks: Iterator[bytes], account_id: UUID) -> None:
        self.chunks = chunks
        try:
            EXPORTS.acquire(account_id)
        except Busy as busy:
            raise TooManyExports(wait=RETRY_AFTER) from busy
        # Also runs when a response is dropped without being closed.
        self._release: Any = finalize(self, EXPORTS.release, account_id)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self.chunks)

    def close(self) -> None:
        """Free the place; idempotent."""
        self._release()
