"""What providers tell us, in one vocabulary: an Inbound event, as an adapter verified and read it.

Adapters that can be told things have `read_event` (the protocol ReadsEvents). A signature is checked
over the bytes as they came, before anything is parsed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, Protocol, TypeGuard, runtime_checkable
from urllib.parse import urlsplit

# call_status: a phone call's status changed · started, ended: a room's call · session_started, session_ended: its
# last participant left, or one came (back) · room_deleted: the room was deleted · room_closed: its room is shut, for good
# if the call had begun · recording: a file is ready · other: nothing that this platform acts upon.
EventKind = Literal[
    "call_status",
    "started",
    "ended",
    "session_started",
    "session_ended",
    "room_deleted",
    "room_closed",
    "recording",
    "other",
]


@dataclass(frozen=True)
class RecordingFile:
    """A recording that is ready. `url` is a web address, and perishable if `expires_at` says so."""

    id: str  # the provider's id or file name: unique within its call
    url: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ProviderEventData:
    """One event. `dedup_key` is the same however often it is delivered; `status` is normalised like Leg's."""

    dedup_key: str
    kind: EventKind
    type: str  # in the provider's own words
    resource: str = ""  # the provider's id of the call or room it is about
    resource_type: str = ""  # of a room, where its provider has types of rooms
    call_ref: str = ""  # our own id of the call, where the callback's address holds it
    status: str = "unknown"
    raw_status: str = ""
    sequence: int | None = None
    occurred_at: datetime | None = None  # when it happened, by the provider's clock
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    cost: str = ""  # of the call, a decimal number; empty as long as it is not known
    price_unit: str = ""  # its currency (ISO 4217)
    recording: RecordingFile | None = None
    details: Mapping[str, Any] = field(default_factory=dict)  # whatever else is worth keeping


# What lies outside is nobody's clock: such times and lengths are as good as none.
VALID_YEARS, MAX_DURATION = range(2000, 2101), 10**7


def to_json(event: ProviderEventData) -> dict[str, Any]:
    """The event as it is kept; what it does not say is left out."""
    told = asdict(event)
    told["recording"] = event.recording and _drop_empty(asdict(event.recording))
    return _drop_empty(told)


def from_json(kept: Mapping[str, Any]) -> ProviderEventData:
    """The event again. Times and lengths that cannot be are left out."""
    told = _drop_invalid(kept)
    if told.get("recording"):
        told["recording"] = RecordingFile(**_drop_invalid(told["recording"]))
    return ProviderEventData(**told)


def _drop_empty(told: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()
    }
    return {name: value for name, value in shown.items() if value not in (None, "", {})}


def _drop_invalid(kept: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(kept)
    for name in DATETIME_FIELDS & told.keys():
        at = datetime.fromisoformat(told[name])
        told[name] = at if at.year in VALID_YEARS else None
    if not 0 <= (told.get("duration") or 0) <= MAX_DURATION:
        told["duration"] = None
    return told


DATETIME_FIELDS = {
    each.name
    for kind in (ProviderEventData, RecordingFile)
    for each in fields(kind)
    if "datetime" in str(each.type)
}


def is_http_url(url: object) -> TypeGuard[str]:
    """Whether this is an http(s) address with a host: a link that may be shown to people as one."""
    if not isinstance(url, str) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def lower_keys(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers under their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def signatures_equal(one: str, other: str) -> bool:
    """Whether two signatures are one, in constant time and whatever characters they are made of."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


@runtime_checkable
class ReadsEvents(Protocol):
    """Verifies and reads what its provider sends."""

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        """The event of one request. `url` is the public one, query included; header names in any case.

        Raises BadSignature; and Rejected (code "malformed") for a signed body that is no event.
        """
