"""Media that leaves a call or a room: audio forked to a WebSocket, a room broadcast over RTMP or HLS.

One small protocol per capability, as in providers.base. All ids are the provider's; `name` is ours, unique to
the stream, and is given to the provider so that a stream whose id was lost with an answer is found again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from providers.base import Adapter

StreamStatus = Literal["starting", "live", "stopped", "failed", "unknown"]
# Only these are over: a stream whose status is a word that we do not know may run, and be billed.
OVER_STATUSES: tuple[StreamStatus, ...] = ("stopped", "failed")
# stopped: it ran, and runs no more · not_running: it was over, or never ran · accepted: the provider took the
# request, and has not said that it is over. A request that may have had its effect raises UnknownOutcome.
StopOutcome = Literal["stopped", "not_running", "accepted"]
Track = Literal["inbound", "outbound", "both"]
Encoding = Literal["x-l16", "x-mulaw"]
# The parameter of our callback URLs that holds our id of the stream.
STREAM_PARAMETER = "stream"


@dataclass(frozen=True)
class ProviderStream:
    """A stream at its provider. `status` is normalised, `raw_status` is the provider's own value."""

    id: str
    status: StreamStatus
    raw_status: str = ""
    name: str = ""  # ours, if the provider keeps it
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: int | None = None  # of media, as billed
    cost: str = ""  # a decimal number; empty until the provider has priced it
    price_unit: str = ""  # currency of `cost` (ISO 4217)
    playback_url: str = ""
    ingest_server: str = ""
    stream_key: str = ""  # a secret
    error: str = ""  # why it failed, in the provider's words
    parent_id: str = ""  # of the call or room, where a list is about several
    parent_type: str = ""


@dataclass(frozen=True)
class AudioFork:
    """What a fork of a phone call's audio is started with."""

    name: str
    service_url: str  # wss://…, or ws://… in tests
    track: Track = "both"
    bidirectional: bool = False  # the server behind `service_url` may play audio into the call
    encoding: Encoding = "x-l16"
    sample_rate: int = 8000
    max_seconds: int = 4 * 3600  # the provider ends it then, if it can
    status_callback: str = ""  # our URL for the provider's callbacks about it
    parameters: Mapping[str, str] = field(default_factory=dict)  # handed to the server behind `service_url`


@dataclass(frozen=True)
class RtmpTarget:
    """Where a broadcast goes. The key, and so the whole URL, is a secret."""

    url: str  # rtmp(s)://host/app, without the key
    key: str = ""


@dataclass(frozen=True)
class Broadcast:
    """What a broadcast of a room is started with."""

    name: str
    targets: Sequence[RtmpTarget] = ()  # none: the provider's own player, over HLS
    width: int | None = None
    height: int | None = None
    max_seconds: int = 4 * 3600


@dataclass(frozen=True)
class StreamRef:
    """One stream at its provider: of this call or room, under this id (empty if it was never learned)."""

    parent_id: str  # of the call or room
    parent_type: str = ""  # of a room, where the provider has room types
    id: str = ""
    name: str = ""


@runtime_checkable
class ForksAudio(Adapter, Protocol):
    """Forks the audio of phone calls."""

    def fork_complaint(self, fork: AudioFork) -> str:
        """Why this provider cannot make such a fork, and what to change; empty if it can. Asks nobody."""

    def start_fork(self, call_id: str, fork: AudioFork) -> ProviderStream:
        """Start a fork. Never repeated here: after UnknownOutcome it is searched for, or stopped by name."""

    def stop_fork(self, ref: StreamRef) -> StopOutcome:
        """Stop one fork, by its id, else by its name. Idempotent."""


@runtime_checkable
class ListsForks(ForksAudio, Protocol):
    """Lists the forks of a call. Without it a lost fork is stopped by its name."""

    def forks(self, call_id: str) -> Sequence[ProviderStream]:
        """All forks of one call, those that are over too as far as the provider keeps them."""


@runtime_checkable
class Broadcasts(Adapter, Protocol):
    """Broadcasts rooms."""

    def broadcast_room(self, name: str, *, title: str) -> tuple[str, str]:
        """The type and id of a room that can be broadcast, made under our `name` if there is none."""

    def start_broadcast(self, room_type: str, room_id: str, broadcast: Broadcast) -> ProviderStream:
        """Start broadcasting a room. Otherwise as `start_fork`."""

    def stop_broadcast(self, ref: StreamRef) -> StopOutcome:
        """Stop one broadcast. Idempotent."""

    def broadcasts(self, room_type: str, room_id: str) -> Sequence[ProviderStream]:
        """The broadcasts of one room: those that run, and those that are over as far as it keeps them."""


def stream_in(callback_url: object) -> str:
    """The name of the stream that a callback URL of ours is about; "" for any other URL.

    Providers that keep no name of a stream keep its callback URL.
    """
    if not isinstance(callback_url, str):
        return ""
    try:
        return UUID(parse_qs(urlsplit(callback_url).query)[STREAM_PARAMETER][-1]).hex
    except (KeyError, ValueError):
        return ""


@runtime_checkable
class ListsBroadcasts(Broadcasts, Protocol):
    """Lists what is broadcast, of all rooms."""

    def live_broadcasts(self) -> Sequence[ProviderStream]:
        """All broadcasts that run, over all pages, with their rooms."""
