"""What a provider's adapter can do: one small protocol per capability. An adapter has those it can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from providers.events import RecordingFile

LegStatus = Literal["queued", "ringing", "live", "ended", "unknown"]


@dataclass(frozen=True)
class Leg:
    """A phone call at its provider. `status` is normalised, `raw_status` is the provider's word."""

    id: str
    status: LegStatus
    raw_status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    created_at: datetime | None = None
    cost: str = ""  # a decimal number; empty as long as it is not known
    price_unit: str = ""  # its currency (ISO 4217)

    def end_facts(self) -> dict[str, Any]:
        """What is known of its end."""
        ended = {"status": self.raw_status, "ended_at": self.ended_at, "duration": self.duration}
        return ended | ({"cost": self.cost, "price_unit": self.price_unit} if self.cost else {})


@dataclass(frozen=True)
class Room:
    """A video room at its provider."""

    id: str
    type: str
    is_live: bool
    session_id: str = ""
    ended_at: datetime | None = None
    recording: bool = False
    empty_since: datetime | None = None  # somebody was in it, and everybody has left
    backstage: bool = False  # only those who prepare it may come in


@runtime_checkable
class Adapter(Protocol):
    """An adapter for one connection. Its methods raise providers.errors, and nothing else."""

    @property
    def provider(self) -> str: ...


@runtime_checkable
class EndsCalls(Adapter, Protocol):
    """Hangs up phone calls."""

    def end_call(self, call_id: str, *, verify_first: bool = False) -> Leg:
        """End a call, however often asked; one that is gone is returned as ended after a check.

        `verify_first`: an earlier attempt may have got through, so look before acting.
        """


@runtime_checkable
class ReportsCalls(Adapter, Protocol):
    """Knows how a phone call stands."""

    def call_status(self, call_id: str) -> Leg: ...


@runtime_checkable
class MakesCalls(Adapter, Protocol):
    """Dials."""

    def make_call(
        self,
        *,
        to: str,
        from_: str,
        url: str = "",
        twiml: str = "",
        send_digits: str = "",
        status_callback: str = "",
        record: bool = False,
        time_limit: int | None = None,
    ) -> Leg:
        """Dial `to` from `from_` (E.164). Never repeated here: after UnknownOutcome use `find_calls`.

        `status_callback`: the address that hears of the call's states, and of its recording.

        `time_limit` (seconds): the provider itself hangs up after that, should nobody else do.
        """


@runtime_checkable
class FindsCalls(EndsCalls, Protocol):
    """Can look for calls whose id was lost."""

    def find_calls(self, *, to: str, from_: str, since: datetime) -> Sequence[Leg]:
        """Calls between two numbers made since a time, newest first, running or not."""


@runtime_checkable
class EndsRooms(Adapter, Protocol):
    """Ends and deletes video rooms."""

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        """End the room for everybody in it; the rest as `EndsCalls.end_call`."""

    def delete_room(self, room_type: str, room_id: str) -> None:
        """Delete a room; one that is gone is fine."""


@runtime_checkable
class HasRooms(EndsRooms, Protocol):
    """Opens video rooms and tells how they stand."""

    def open_room(
        self,
        room_type: str,
        room_id: str,
        *,
        created_by: str,
        custom: Mapping[str, Any] | None = None,
        starts_at: datetime | None = None,
    ) -> Room:
        """Get or create. `custom` is shown to participants; both it and `starts_at` may mean nothing here."""

    def room(self, room_type: str, room_id: str) -> Room: ...


@runtime_checkable
class PlansRooms(HasRooms, Protocol):
    """Rooms that know when they begin, have a backstage, and can be changed."""

    def change_room(
        self, room_type: str, room_id: str, *, starts_at: datetime | None, custom: Mapping[str, Any]
    ) -> Room:
        """Set when it begins (None leaves that as it was), and all of what it shows to participants."""

    def go_live(self, room_type: str, room_id: str) -> Room:
        """Open the backstage. A room that has none, is open or has ended stays as it is: see `ended_at`."""


@runtime_checkable
class ListsLive(Adapter, Protocol):
    """Can say what runs at the provider now."""

    def live_ids(self) -> frozenset[str]:
        """Ids of all calls that are up, or rooms with somebody in them, over all pages."""


@runtime_checkable
class MintsTokens(Adapter, Protocol):
    """Lets a user's client into a room."""

    def client_token(self, room_type: str, room_id: str, user_id: str, *, seconds: int) -> str:
        """A token for this user and this room that perishes after so many seconds."""


@runtime_checkable
class HasRecordings(Adapter, Protocol):
    """Knows what was recorded."""

    def recordings(self, room_type: str, call_id: str) -> Sequence[RecordingFile]:
        """The files of a call or room, oldest first; of a phone call `room_type` is empty."""
