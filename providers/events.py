"""What providers tell us, in one vocabulary: an Inbound event, as an adapter verified and read it.

Adapters that can be told things have `read_event` (the protocol ReadsEvents). A signature is checked
over the bytes as they came, before anything is parsed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

# leg: a phone call's status changed · started, ended: a room's call · session_started, session_ended: its
# last participant left, or one came (back) · gone: the room was deleted · recording: a file is ready ·
# other: nothing that this platform acts upon.
Happening = Literal[
    "leg", "started", "ended", "session_started", "session_ended", "gone", "recording", "other"
]


@dataclass(frozen=True)
class RecordingFile:
    """A recording that is ready. `url` is perishable if `expires_at` says so."""

    id: str  # the provider's id or file name: unique within its call
    url: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Inbound:
    """One event. `key` is the same however often it is delivered; `status` is normalised like Leg's."""

    key: str
    happening: Happening
    type: str  # in the provider's own words
    resource: str = ""  # the provider's id of the call or room it is about
    resource_type: str = ""  # of a room, where its provider has types of rooms
    call_ref: str = ""  # our own id of the call, where the callback's address holds it
    status: str = "unknown"
    raw_status: str = ""
    sequence: int | None = None
    at: datetime | None = None  # when it happened, by the provider's clock
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    recording: RecordingFile | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # whatever else is worth keeping


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers under their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def same(one: str, other: str) -> bool:
    """Whether two signatures are one, in constant time and whatever characters they are made of."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


@runtime_checkable
class ReadsEvents(Protocol):
    """Verifies and reads what its provider sends."""

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> Inbound:
        """The event of one request. `url` is the public one, query included; header names in any case.

        Raises BadSignature; and Rejected (code "malformed") for a signed body that is no event.
        """
