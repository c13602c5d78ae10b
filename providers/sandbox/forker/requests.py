"""What a fork of a call's audio is asked for with, and what is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Protocol = Literal["vobiz", "plivo", "twilio"]
Encoding = Literal["x-l16", "x-mulaw"]
Track = Literal["inbound", "outbound", "both"]
EventKind = Literal["started", "stopped", "dropped", "degraded", "played", "cleared", "dtmf"]

FRAME_SECONDS = 0.02  # of audio in each media message
RATES = {"x-mulaw": (8000,), "x-l16": (8000, 16000)}  # that the vendors send


@dataclass(frozen=True)
class ForkRequest:
    """One stream of a call's audio to a WebSocket server, in the protocol of a vendor."""

    protocol: Protocol
    stream_id: str
    call_id: str
    account_id: str
    service_url: str
    track: Track = "inbound"
    bidirectional: bool = False
    encoding: Encoding = "x-mulaw"
    sample_rate: int = 8000
    parameters: Mapping[str, str] = field(default_factory=dict)
    max_seconds: float = 86_400.0

    @property
    def tracks(self) -> tuple[str, ...]:
        """The tracks that are sent, in the order of a start message."""
        return ("inbound", "outbound") if self.track == "both" else (self.track,)

    @property
    def frame_samples(self) -> int:
        return round(self.sample_rate * FRAME_SECONDS)


@dataclass(frozen=True)
class ForkEvent:
    """Something that happened to a fork.

    `stopped`: by a stop (`name` is empty), by the bot ("bot") or by its time limit ("timeout"). `dropped`:
    the connection failed or was lost, and `error` says how. One of these two comes last, and once.
    `degraded`: audio was lost on the way, and `error` says which. `played`: the audio before the checkpoint
    `name` has been played. `cleared`: the bot emptied its queue. `dtmf`: the bot pressed the keys `name`.
    """

    kind: EventKind
    name: str = ""
    error: str = ""


OnEvent = Callable[[ForkEvent], object]
