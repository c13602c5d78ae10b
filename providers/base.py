"""Capabilities of provider adapters: one small protocol each. An adapter implements those it supports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from providers.events import ParticipantStay, RecordingFile

# A host may moderate: mute and remove others, end the session for all. Details are the provider's.
ParticipantRole = Literal["host", "participant"]
HOST: ParticipantRole = "host"
PARTICIPANT: ParticipantRole = "participant"
LegStatus = Literal["queued", "ringing", "live", "ended", "unknown"]


@dataclass(frozen=True)
class Leg:
    """A phone call at its provider. `status` is normalised, `raw_status` is the provider's own value."""

    id: str
    status: LegStatus
    raw_status: str
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    created_at: datetime | None = None
    answered_by: str = ""  # human, machine, fax, unknown; empty without a detection's result
    raw_answered_by: str = ""  # the provider's own value
    cost: str = ""  # a decimal number; empty until the provider has priced the call
    price_unit: str = ""  # currency of `cost` (ISO 4217)

    def end_facts(self) -> dict[str, Any]:
        """Status, times, duration and cost, as stored in the result of the step that ended it."""
        ended = {"status": self.raw_status, "ended_at": self.ended_at, "duration": self.duration}
        cost = {"cost": self.cost, "price_unit": self.price_unit} if self.cost else {}
        return ended | self.answer_facts() | cost

    def answer_facts(self) -> dict[str, Any]:
        """When and by whom it was answered, as far as known."""
        facts = {
            "answered_at": self.answered_at,
            "answered_by": self.answered_by,
            "raw_answered_by": self.raw_answered_by,
        }
        return {name: value for name, value in facts.items() if value}


@dataclass(frozen=True)
class LegOptions:
    """What a leg is dialled with, besides its numbers and instructions."""

    send_digits: str = ""  # dialled after the answer
    record: bool = False
    time_limit: int | None = None  # seconds after which the provider ends the call
    # "enable", or "detect_message_end": the result comes after a machine's greeting; empty: no detection
    machine_detection: str = ""
    url_method: Literal["POST", "GET"] = "POST"  # how the instructions at `url` are fetched


NO_OPTIONS = LegOptions()


@dataclass(frozen=True)
class Room:
    """A video room at its provider."""

    id: str
    type: str
    is_live: bool
    session_id: str = ""
    ended_at: datetime | None = None
    empty_since: datetime | None = None  # when the last participant left; None if nobody ever joined
    backstage: bool = False  # closed to participants other than its hosts


@runtime_checkable
class Adapter(Protocol):
    """An adapter for one connection. Its methods raise subclasses of providers.errors.ProviderError only."""

    @property
    def provider(self) -> str: ...


@runtime_checkable
class ChecksCredentials(Adapter, Protocol):
    """Tries the credentials without any effect at the provider."""

    def check_credentials(self) -> None:
        """Read something that only valid credentials can read. Raises ProviderError if that fails."""


@runtime_checkable
class EndsCalls(Adapter, Protocol):
    """Ends phone calls."""

    def end_call(self, call_id: str, *, verify_first: bool = False) -> Leg:
        """End a call. Idempotent: a call that is already over is returned as ended once that is verified.

        `verify_first`: an earlier attempt may have succeeded, so read the status before acting.
        """


@runtime_checkable
class ReportsCalls(Adapter, Protocol):
    """Reads the status of a phone call."""

    def call_status(self, call_id: str) -> Leg: ...


@runtime_checkable
class MakesCalls(Adapter, Protocol):
    """Places phone calls."""

    def make_call(
        self,
        *,
        to: str,
        from_: str,
        url: str = "",
        twiml: str = "",
        status_callback: str = "",
        options: LegOptions = NO_OPTIONS,
    ) -> Leg:
        """Dial `to` from `from_` (E.164). Never retried here: after UnknownOutcome use `find_calls`.

        `status_callback`: the URL that receives the call's status, recording and detection events.
        """


@runtime_checkable
class FindsCalls(EndsCalls, Protocol):
    """Finds calls whose provider id is not known."""

    def find_calls(self, *, to: str, from_: str, since: datetime) -> Sequence[Leg]:
        """Calls between two numbers created since a time, newest first, live or ended."""


@runtime_checkable
class EndsRooms(Adapter, Protocol):
    """Ends and deletes video rooms."""

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        """End the room for all participants; idempotent, see `EndsCalls.end_call`."""

    def delete_room(self, room_type: str, room_id: str) -> bool:
        """Delete a room; False if there was none, which is a success too."""


@runtime_checkable
class HasRooms(EndsRooms, Protocol):
    """Creates and reads video rooms."""

    def open_room(
        self,
        room_type: str,
        room_id: str,
        *,
        created_by: str,
        custom: Mapping[str, Any] | None = None,
        starts_at: datetime | None = None,
        max_seconds: int | None = None,
    ) -> Room:
        """Get or create. `custom` is shown to participants; a provider may ignore it and `starts_at`.

        `max_seconds`: the provider ends the room so long after its first participant joined, if it can.
        """

    def room(self, room_type: str, room_id: str) -> Room: ...


@runtime_checkable
class PlansRooms(HasRooms, Protocol):
    """Rooms with a start time, a backstage and attributes that can be changed."""

    def change_room(
        self,
        room_type: str,
        room_id: str,
        *,
        starts_at: datetime | None,
        custom: Mapping[str, Any],
        max_seconds: int | None = None,
    ) -> Room:
        """Set the start time and `max_seconds` (None: unchanged; 0: no limit), and replace `custom`."""

    def go_live(self, room_type: str, room_id: str) -> Room:
        """Open the backstage. A room without one, already open or ended is unchanged: check `ended_at`."""


@runtime_checkable
class ListsLive(Adapter, Protocol):
    """Lists what is live at the provider."""

    def live_ids(self) -> frozenset[str]:
        """Ids of all live calls, or of rooms with participants, over all pages."""


@runtime_checkable
class MintsTokens(Adapter, Protocol):
    """Mints join tokens for participants."""

    def client_token(
        self, room_type: str, room_id: str, user_id: str, *, seconds: int, role: ParticipantRole = PARTICIPANT
    ) -> str:
        """A token with which this user may join this room, in this role, for `seconds`.

        Whether it is good for other rooms too is the provider's rule, which the adapter's docstring says.
        """


@runtime_checkable
class HasRecordings(Adapter, Protocol):
    """Lists recordings."""

    def recordings(self, room_type: str, call_id: str) -> Sequence[RecordingFile]:
        """The completed files of a call or room, oldest first; `room_type` is empty for a phone call."""


@runtime_checkable
class ReportsAttendance(Adapter, Protocol):
    """Says afterwards who was in a room, and when."""

    def attendance(self, room_type: str, room_id: str, sessions: Sequence[str]) -> Sequence[ParticipantStay]:
        """The stays in these sessions of a room, and in its latest one, which need not be among them.

        A session lasts from when somebody joins an empty room until the last one has left.
        """


@dataclass(frozen=True)
class ChatToken:
    """What a user's client connects to the provider's chat with. The token is the user's secret."""

    api_key: str
    token: str


@runtime_checkable
class MintsChatTokens(Adapter, Protocol):
    """Mints tokens for users of the provider's chat."""

    def chat_token(self, user_id: str, *, seconds: int) -> ChatToken:
        """A token with which this user may connect to the app's chat for `seconds`."""
