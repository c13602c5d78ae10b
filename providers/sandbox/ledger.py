"""The sandbox's ledger: every request to a vendor's API, and whether it changed anything."""

import itertools
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_ENTRIES = 500_000


@dataclass(slots=True)
class LedgerEntry:
    """One request as the vendor received it."""

    n: int
    at: float  # Unix seconds
    provider: str
    operation: str
    resource: str
    effect: bool = False
    status: int = 0
    fault: str = ""


@dataclass
class Ledger:
    """Entries, newest last; the oldest are dropped beyond MAX_ENTRIES."""

    entries: deque[LedgerEntry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def record(self, provider: str, operation: str, resource: str) -> LedgerEntry:
        """A new entry; the caller fills in effect, status and fault."""
        entry = LedgerEntry(next(self._numbers), time.time(), provider, operation, resource)
        self.entries.append(entry)
        return entry

    def matching(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """The entries that match provider, operation and resource; with `effects` only those that had one."""
        criteria = {k: v for k, v in query.items() if k in ("provider", "operation", "resource")}
        rows = (e for e in self.entries if all(getattr(e, k) == v for k, v in criteria.items()))
        return [asdict(e) for e in rows if e.effect or not query.get("effects")]
