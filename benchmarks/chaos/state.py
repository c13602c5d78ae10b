"""What a run of chaos has done so far, and which requests of the provider may fail."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer, PlacedCall

FAULTY = ("end_call", "end_room", "delete_room")


@dataclass
class Ended:
    """An end that was answered 2xx: it must be carried through."""

    call: PlacedCall
    at: float


@dataclass
class Run:
    """What the clients and the breaker did."""

    local: LocalStack
    customer: Customer
    ended: list[Ended] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
