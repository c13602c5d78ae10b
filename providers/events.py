"""Inbound provider events in one vocabulary: ProviderEventData, as verified and parsed by an adapter.

Adapters that receive events implement the protocol ReadsEvents. Signatures are checked over the raw bytes,
before anything is parsed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeGuard, TypeVar, runtime_checkable
from urllib.parse import urlsplit

import orjson

from providers.errors import Rejected

# call_status: a phone call's status changed · answered_by: the result of machine detection · started, ended:
# a room's call · session_started, session_ended: the first participant joined, or the last one left ·
# room_deleted · room_closed: the provider closed the room, for good if the call had started · recording: a
# file is ready · stream: audio that is forked, or a broadcast, has changed · look: of a call, and not proven:
# the call is checked at once · other: stored, nothing follows.
EventKind = Literal[
    "call_status",
    "answered_by",
    "started",
    "ended",
    "session_started",
    "session_ended",
    "room_deleted",
    "room_closed",
    "recording",
    "stream",
    "look",
    "other",
]
# started: audio flows · dropped: the connection was lost · played: a checkpoint was reached · cleared: what
# was to be played was dropped
StreamHappening = Literal["started", "stopped", "dropped", "degraded", "played", "cleared", ""]


@dataclass(frozen=True)
class RecordingFile:
    """A completed recording. `url` is http(s); the link stops working at `expires_at`, if that is set."""

    id: str  # the provider's id or file name: unique within its call
    url: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ParticipantStay:
    """Somebody in a room, from joining to leaving, as far as it is known. Recorders and agents have none."""

    identity: str  # the user id with which they joined, as sent
    stay_id: str  # the provider's: one for each time and device
    name: str = ""
    role: str = ""  # the provider's
    joined_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True)
class StreamNews:
    """What an event says of a media stream: of the call or room `resource`, at the times of the event."""

    status: str = "unknown"  # normalised: a providers.streams.StreamStatus
    id: str = ""  # the provider's
    name: str = ""  # ours, if the provider keeps it
    ref: str = ""  # our id of the stream, where the callback's address holds it
    is_proven: bool = False  # the body is signed; else the event is only a reason to look
    error: str = ""  # why it failed, without a secret
    happening: StreamHappening = ""  # of a fork; nobody else forged it if the event is signed at all
    checkpoint: str = ""  # that was played


Part = RecordingFile | ParticipantStay | StreamNews
P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class ProviderEventData:
    """One event. `dedup_key` is equal in all deliveries of it; `status` is normalised like Leg's."""

    dedup_key: str
    kind: EventKind
    type: str  # the provider's own event type
    resource: str = ""  # the provider's id of the call or room
    resource_type: str = ""  # of a room, where the provider has room types
    call_ref: str = ""  # our id of the call, where the callback URL holds it
    status: str = "unknown"
    raw_status: str = ""
    sequence: int | None = None
    occurred_at: datetime | None = None  # by the provider's clock
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None  # seconds
    answered_by: str = ""  # like Leg's
    raw_answered_by: str = ""
    cost: str = ""  # of the call, a decimal number; empty until it is priced
    price_unit: str = ""  # currency of `cost` (ISO 4217)
    recording: RecordingFile | None = None
    participant: ParticipantStay | None = None  # who joined or left
    stream: StreamNews | None = None  # of a stream event
    is_unsigned: bool = False  # it bears no signature: whoever knows the address may have sent it
    details: Mapping[str, Any] = field(default_factory=dict)


# Times and durations (s) outside of these are treated as missing.
VALID_YEARS, MAX_DURATION = range(2000, 2101), 10**7


def to_json(event: ProviderEventData) -> dict[str, Any]:
    """The event as it is stored; empty fields are left out."""
    payload = asdict(event) | {"is_unsigned": event.is_unsigned or None}
    for name in PARTS:
        part = getattr(event, name)
        payload[name] = part and part_to_json(part)
    return _drop_empty(payload)


def from_json(stored: Mapping[str, Any]) -> ProviderEventData:
    """The inverse of `to_json`. Times and durations out of range become None."""
    payload = _drop_invalid(stored)
    for name, part in PARTS.items():
        if payload.get(name):
            payload[name] = part_from_json(part, payload[name])
    return ProviderEventData(**payload)


def part_to_json(part: Part) -> dict[str, Any]:
    """A recording or a stay as it is stored; empty fields are left out."""
    return _drop_empty(asdict(part))


def part_from_json(kind: type[P], stored: Mapping[str, Any]) -> P:
    """The inverse of `part_to_json`."""
    return kind(**_drop_invalid(stored))


def _drop_empty(payload: Mapping[str, Any]) -> dict[str, Any]:
    written = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in payload.items()
    }
    return {name: value for name, value in written.items() if value not in (None, "", {})}


def _drop_invalid(stored: Mapping[str, Any]) -> dict[str, Any]:
    payload = dict(stored)
    for name in DATETIME_FIELDS & payload.keys():
        at = datetime.fromisoformat(payload[name])
        payload[name] = at if at.year in VALID_YEARS else None
    if not 0 <= (payload.get("duration") or 0) <= MAX_DURATION:
        payload["duration"] = None
    return payload


# The parts of an event that are objects.
PARTS: dict[str, type[Part]] = {
    "recording": RecordingFile,
    "participant": ParticipantStay,
    "stream": StreamNews,
}
DATETIME_FIELDS = {
    each.name
    for model in (ProviderEventData, *PARTS.values())
    for each in fields(model)
    if "datetime" in str(each.type)
}


def json_body(provider: str, body: bytes, required: str = "") -> dict[str, Any]:
    """The JSON object in an event's body, with a text in the field `required`.

    Raises Rejected (code "malformed") for anything else.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected(f"An event of {provider} that is not JSON.", code="malformed") from error
    if not isinstance(document, dict):
        raise Rejected(f"An event of {provider} that is not a JSON object.", code="malformed")
    if required and not isinstance(document.get(required), str):
        raise Rejected(f"An event of {provider} without a type.", code="malformed")
    return document


def as_mapping(value: object) -> Mapping[str, Any]:
    """A nested JSON object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def non_empty_text(**values: object) -> dict[str, str]:
    """The values that are texts and not empty: what is stored as `details`."""
    return {name: value for name, value in values.items() if isinstance(value, str) and value}


def is_http_url(url: object) -> TypeGuard[str]:
    """Whether this is an http(s) URL with a host, so that it may be shown as a link."""
    if not isinstance(url, str) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def lower_keys(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def signatures_equal(one: str, other: str) -> bool:
    """Compare two signatures in constant time, whatever characters they contain."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


@runtime_checkable
class ReadsEvents(Protocol):
    """Verifies and parses the events of a provider.

    `kept_headers`: the names, in lower case, of the headers that prove an event or count its deliveries. They
    are stored with it, so none of them may be a credential. `max_event_age`: an event that is older by its
    own time is an old capture; None where the signature or a number in it tells.
    """

    kept_headers: tuple[str, ...]
    max_event_age: timedelta | None

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        """The event in one request. `url` is the public one with its query; header names in any case.

        Raises BadSignature; and Rejected (code "malformed") for a signed body that is not an event.
        """
