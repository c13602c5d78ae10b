"""The sandbox's ledger: every request, and whether it changed anything. And the faults it is told to have."""

import itertools
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_ENTRIES = 500_000


@dataclass(slots=True)
class LedgerEntry:
    """One request as the provider saw it."""

    n: int
    at: float  # Unix seconds
    provider: str
    operation: str
    resource: str
    effect: bool = False
    status: int = 0
    fault: str = ""


@dataclass
class Fault:
    """What shall go wrong: for which operation, on which resource ("" any), how often (None: always)."""

    id: int
    provider: str
    operation: str
    fault: str
    resource: str = ""
    times: int | None = 1
    retry_after: float | None = None
    delay_ms: int = 0


FAULT_KINDS = (
    "act_then_timeout",
    "act_then_reset",
    "timeout",
    "reset",
    "400",
    "500",
    "503",
    "429",
    "401",
    "already_ended",
    "bad_json",
    "html",
    "delay",
    "slow_drip",
    "big_body",
)


@dataclass
class Ledger:
    """Entries, newest last, and the faults in force."""

    entries: deque[LedgerEntry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))
    faults: list[Fault] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def note(self, provider: str, operation: str, resource: str) -> LedgerEntry:
        """Begin an entry; the caller fills in what came of it."""
        entry = LedgerEntry(next(self._numbers), time.time(), provider, operation, resource)
        self.entries.append(entry)
        return entry

    def add_fault(self, wish: dict[str, Any]) -> Fault:
        """A fault as POST /_sandbox/faults describes it; ValueError says what is wrong with it."""
        if wish.get("fault") not in FAULT_KINDS:
            raise ValueError(f"fault must be one of {', '.join(FAULT_KINDS)}")
        known = {name: wish[name] for name in Fault.__dataclass_fields__ if name in wish and name != "id"}
        if not isinstance(known.get("times", 1), int | None) or not isinstance(known.get("delay_ms", 0), int):
            raise ValueError("times and delay_ms must be whole numbers")
        fault = Fault(id=next(self._numbers), **{"provider": "*", "operation": "*"} | known)
        self.faults.append(fault)
        return fault

    def fault_for(self, entry: LedgerEntry) -> Fault | None:
        """The fault this request meets, used up once."""
        for fault in self.faults:
            if self._meets(fault, entry):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                entry.fault = fault.fault
                return fault
        return None

    def found(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """The entries that a query asks for: provider, operation, resource, effects=1."""
        wanted = {k: v for k, v in query.items() if k in ("provider", "operation", "resource")}
        rows = (e for e in self.entries if all(getattr(e, k) == v for k, v in wanted.items()))
        return [asdict(e) for e in rows if e.effect or not query.get("effects")]

    @staticmethod
    def _meets(fault: Fault, entry: LedgerEntry) -> bool:
        return (
            fault.provider in ("*", entry.provider)
            and fault.operation in ("*", entry.operation)
            and fault.resource in ("", entry.resource)
        )
