"""The receiver's ledger of a chaos run, read as it grows."""

import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

# The receiver's behaviours that are a 2xx for the sender: the delivery was received.
ACCEPTING = ("ok", "reset", "drip", "slow")


class Received:
    """What the receiver logged: each message's bytes, how often it came, and when it was accepted first."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._offset = 0
        self.deliveries: Counter[str] = Counter()
        self.refused = 0
        self._bodies: dict[str, set[bytes]] = defaultdict(set)
        self._accepted: dict[tuple[str, str], float] = {}

    def read(self) -> None:
        """Take in what was logged since the last time; a last line that is not whole waits."""
        if not self._log.exists():
            return
        with self._log.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                self._add(json.loads(line))

    def _add(self, line: dict[str, Any]) -> None:
        message = line["headers"].get("webhook-id", "")
        self._bodies[message].add(hashlib.blake2b(line["body"].encode()).digest())
        if line["behaviour"].partition("/")[0] not in ACCEPTING:
            self.refused += 1
            return
        self.deliveries[message] += 1
        body = json.loads(line["body"])
        call = body["data"].get("call", {}).get("id", "")
        self._accepted.setdefault((body["type"], call), line["at"])

    def calls(self, kind: str) -> set[str]:
        """The calls of which an event of this type was accepted."""
        return {call for event, call in self._accepted if event == kind}

    def accepted_at(self, kind: str, call: str) -> float | None:
        """Unix seconds."""
        return self._accepted.get((kind, call))

    @property
    def repeated(self) -> int:
        """Deliveries accepted again, with the same id."""
        return sum(count - 1 for count in self.deliveries.values())

    @property
    def changed(self) -> list[str]:
        """Messages that came with different bytes."""
        return [message for message, found in self._bodies.items() if len(found) > 1]
