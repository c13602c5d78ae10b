"""LiveKit's wire format: rooms, files of an egress, times, errors.

Source: github.com/livekit/protocol (livekit_room.proto, livekit_models.proto, livekit_egress.proto).
Responses have proto names (num_participants) and all fields. Webhooks have JSON names (numParticipants), and
leave out zero and empty values. 64-bit numbers are strings in both.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from providers.base import Room
from providers.errors import UnknownOutcome
from providers.events import RecordingFile, is_http_url

ERROR_DOCS = "https://twitchtv.github.io/twirp/docs/spec_v7.html#error-codes"
# Twirp's code for a room that does not exist; only LiveKit itself answers it.
NOT_FOUND = "not_found"
# How its plain texts about a token begin.
TOKEN_REFUSALS = ("invalid ", "permissions denied")


def read_room(room_type: str, document: object, room_id: str = "") -> Room:
    """A Room. LiveKit has no room types, so it gets the requested one.

    Raises UnknownOutcome for anything else, and for another room than `room_id`, if that is given.
    """
    name = document.get("name") if isinstance(document, Mapping) else None
    if (
        not isinstance(document, Mapping)
        or not isinstance(name, str)
        or not name
        or name != (room_id or name)
    ):
        raise UnknownOutcome("LiveKit's answer is not a room, or not this one.", code="bad_answer")
    participants = read_int(document, "num_participants")
    return Room(
        id=name,
        type=room_type,
        is_live=bool(participants),
        session_id=str(document.get("sid") or "") if participants else "",
    )


def read_recording(document: object) -> RecordingFile | None:
    """A FileInfo: {filename, started_at, ended_at, duration, size, location}, times in nanoseconds.

    None without an http(s) link: a file on the egress worker's own disk cannot be fetched.
    """
    if not isinstance(document, Mapping):
        return None
    link, name = document.get("location"), document.get("filename")
    if not is_http_url(link):
        return None
    duration = read_int(document, "duration")
    return RecordingFile(
        id=name if isinstance(name, str) and name else link,
        url=link,
        started_at=parse_time(read_int(document, "started_at") / 1e9),
        ended_at=parse_time(read_int(document, "ended_at") / 1e9),
        duration=round(duration / 1e9) if duration else None,
    )


def read_field(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    """A field by its proto name, whether written with that or with its JSON name."""
    return document[name] if name in document else document.get(_json_name(name))


def read_int(document: Mapping[str, Any], name: str) -> int:
    """A number of up to 64 bits; 0 if it is missing or malformed."""
    value = read_field(document, name)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0


def parse_time(seconds: float) -> datetime | None:
    """Seconds since 1970; None for zero, which stands for no time, and for values out of range."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Twirp's error body: {code, msg, meta}; another one is not LiveKit's own.

    A refused token is answered in plain text by what checks it before Twirp (livekit, pkg/service/auth.go).
    """
    code = body.get("code") if isinstance(body.get("code"), str) else ""
    if status == 401 and str(body.get("text", "")).startswith(TOKEN_REFUSALS):
        code = "unauthenticated"
    return str(code or ""), f"error {code} ({status})" if code else str(status), ERROR_DOCS if code else ""


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
