"""A provider that broadcasts rooms, in memory: registered beside the others for a test.

It stands for the company at the other end, and does what its scripts say: fail, lose answers, take its time.
"""

import threading
import time
from dataclasses import dataclass, field, replace
from uuid import uuid4

from providers.credentials import CredentialSpec
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.streams import ProviderStream

NAME = "studio"
KEY = "a-very-secret-stream-key"
INGEST = "rtmps://ingest.studio.example:443/live/"


@dataclass
class World:
    """What the company knows, and how it behaves."""

    streams: dict[str, ProviderStream] = field(default_factory=dict)
    asked: list[tuple[str, object]] = field(default_factory=list)
    rooms: dict[str, str] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)  # operation: how its next requests fail
    delay: float = 0.0
    stop_outcome: str = "stopped"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def live(self) -> list[ProviderStream]:
        return [each for each in self.streams.values() if each.status == "live"]

    def count(self, operation: str) -> int:
        return sum(name == operation for name, _ in self.asked)


WORLD = World()


class Studio:
    """The adapter."""

    provider = NAME
    credentials = CredentialSpec(("api_key",), secrets=("api_key",))

    def __init__(self, credentials, options):
        self.credentials_given = credentials

    def broadcast_room(self, name, *, title):
        self._ask("room", name)
        return "room", WORLD.rooms.setdefault(name, f"r-{name}")

    def start_broadcast(self, room_type, room_id, broadcast):
        how = self._ask("start", broadcast)
        made = ProviderStream(
            id=f"S{uuid4().hex}",
            name=broadcast.name,
            status="live",
            playback_url=f"https://watch.studio.example/{room_id}.m3u8",
            ingest_server=INGEST,
            stream_key=KEY,
        )
        with WORLD.lock:
            WORLD.streams[made.id] = made
        if how == "lost":
            raise UnknownOutcome("The answer was lost.")
        return made

    def stop_broadcast(self, ref):
        how = self._ask("stop", ref)
        with WORLD.lock:
            found = WORLD.streams.get(ref.id) or next(
                (each for each in WORLD.streams.values() if each.name == ref.name), None
            )
            if found is None or found.status != "live":
                return "not_running"
            if WORLD.stop_outcome == "stopped":
                WORLD.streams[found.id] = replace(found, status="stopped")
        if how == "lost":
            raise UnknownOutcome("The answer was lost.")
        return WORLD.stop_outcome

    def broadcasts(self, room_type, room_id):
        self._ask("list", room_id)
        return list(WORLD.streams.values())

    @staticmethod
    def _ask(operation, about):
        with WORLD.lock:
            WORLD.asked.append((operation, about))
            failures = WORLD.failures.get(operation) or [""]
            how = failures.pop(0)
        time.sleep(WORLD.delay)
        if how == "unavailable":
            raise Unavailable("The studio answered 503.")
        if how == "rejected":
            raise Rejected("The studio refuses: no plan.")
        return how
