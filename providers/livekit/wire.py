"""What LiveKit writes, and how it is read: rooms, files of an egress, times, errors.

Source: github.com/livekit/protocol (livekit_room.proto, livekit_models.proto, livekit_egress.proto). Answers
have proto names (num_participants) and all fields. Webhooks have JSON names (numParticipants), and leave out
what is zero or empty. 64-bit numbers are strings in both.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from providers.base import Room
from providers.errors import UnknownOutcome
from providers.events import RecordingFile, is_http_url

ERROR_DOCS = "https://twitchtv.github.io/twirp/docs/spec_v7.html#error-codes"
# Twirp's word for what is not there; only LiveKit itself says it.
NOT_FOUND = "not_found"


def read_room(room_type: str, found: object) -> Room:
    """A Room. LiveKit has no types of rooms, so it has the one that was asked for."""
    if not isinstance(found, Mapping) or not isinstance(found.get("name"), str) or not found["name"]:
        raise UnknownOutcome("LiveKit's answer is not a room.", code="bad_answer")
    people = read_int(found, "num_participants")
    return Room(
        id=found["name"],
        type=room_type,
        is_live=bool(people),
        session_id=str(found.get("sid") or "") if people else "",
        recording=bool(read_field(found, "active_recording")),
    )


def read_recording(found: object) -> RecordingFile | None:
    """A FileInfo: {filename, started_at, ended_at, duration, size, location}, times in nanoseconds.

    None without a link: a file on the egress worker's own disk is nothing that anybody could fetch.
    """
    if not isinstance(found, Mapping):
        return None
    link, name = found.get("location"), found.get("filename")
    if not is_http_url(link):
        return None
    lasted = read_int(found, "duration")
    return RecordingFile(
        id=name if isinstance(name, str) and name else link,
        url=link,
        started_at=parse_time(read_int(found, "started_at") / 1e9),
        ended_at=parse_time(read_int(found, "ended_at") / 1e9),
        duration=round(lasted / 1e9) if lasted else None,
    )


def read_field(found: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A field by its proto name, whichever way it is written."""
    return found[name] if name in found else found.get(_json_name(name))


def read_int(found: Mapping[str, Any], name: str) -> int:
    """A number of up to 64 bits; 0 for one that is left out or garbled."""
    held = read_field(found, name)
    if isinstance(held, str) and re.fullmatch(r"[0-9]{1,19}", held, re.ASCII):
        return int(held)
    return held if isinstance(held, int) and 0 <= held < 2**63 else 0


def parse_time(seconds: float) -> datetime | None:
    """A time; None for zero, which stands for none, and for what no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Twirp's error body: {code, msg, meta}. A refused token is answered in plain text."""
    code = body.get("code") if isinstance(body.get("code"), str) else ""
    return str(code or ""), f"error {code} ({status})" if code else str(status), ERROR_DOCS if code else ""


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
