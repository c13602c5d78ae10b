"""The state of a chaos run, its settings, and the provider operations that may fail."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.chaos.ledgers import Received
from benchmarks.chaos.small_disk import SmallDisk
from benchmarks.chaos.supply import Supply
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer, PlacedCall

SETTINGS = NO_RATE_LIMITS | {
    "WORK_LEASE": "8",
    "WORK_SWEEP": "1",
    "PROVIDER_TIMEOUT": "2",
    "PROVIDER_ALLOWLIST": "127.0.0.1",
    "TRANSCRIPT_WINDOW": "2",
    "WEBHOOK_TIMEOUT": "4",
    "RECONCILE_INTERVAL": "10",
    "RECONCILE_LAG": "5",
    "STREAM_CHECK_INTERVAL": "5",
    # Audio goes to a voice bot on this machine.
    "WEBHOOK_ALLOW_HTTP": "1",
    "WEBHOOK_ALLOW_LOOPBACK": "1",
    "LOG_LEVEL": "CRITICAL",
}
ENDING_OPERATIONS = ("end_call", "end_room", "delete_room")
OPENING_OPERATIONS = ("create_call", "open_room")
STREAM_OPERATIONS = (
    *("start_stream", "stop_stream", "list_streams"),
    *("start_hls", "stop_hls", "start_livestream", "stop_livestream"),
)


@dataclass
class Ended:
    """An end that was answered 2xx, so it must not be lost."""

    call: PlacedCall
    at: float


@dataclass
class Run:
    """What the clients did, and which faults were injected."""

    local: LocalStack
    customer: Customer
    disk: SmallDisk
    received: Received
    supply: Supply
    workers: tuple[str, ...] = ("worker", "worker-2")
    ended: list[Ended] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)
    keeps_up: threading.Event = field(default_factory=threading.Event)  # clients wait until it is set
    lock: threading.RLock = field(default_factory=threading.RLock)  # of the stack's processes
    begun: set[int] = field(default_factory=set)  # processes whose children may be killed
    thawing: list[threading.Thread] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return sum(count for name, count in self.faults.items() if name.startswith("kill -9"))
