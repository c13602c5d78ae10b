"""The state of a chaos run, and the provider operations that may fail."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer, PlacedCall

ENDING_OPERATIONS = ("end_call", "end_room", "delete_room")


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
    ended: list[Ended] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)
