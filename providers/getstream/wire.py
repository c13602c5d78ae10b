"""GetStream Video's wire format: calls, recordings, times, errors.

Source: the published wire format (getstream.io/video/docs/api).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from providers.base import Room
from providers.body import error_number
from providers.errors import UnknownOutcome
from providers.events import ParticipantStay, RecordingFile, as_mapping, is_http_url

# Retention of files on Stream's own storage (getstream.io/video/docs/api/recording/storage).
STORAGE_RETENTION = timedelta(days=14)
# A call has one HLS broadcast at a time, without a name: ours is kept in its custom data, under this.
HLS_NAME = "livestream"
# Code 16: does not exist; code 4: input error, which an operation on an ended call may answer.
NOT_FOUND, INPUT_ERROR = "16", "4"
# Seconds: a session that has no limit any more.
MAX_SESSION = 7 * 86_400
SECONDS = re.compile(r"[0-9]{1,10}")
ERROR_DOCS = "https://getstream.io/chat/docs/react/api_errors_response/"


def read_room(body: Mapping[str, Any], room_id: str = "") -> Room:
    """The room in a response that holds a `call`.

    Raises UnknownOutcome for anything else, and for another room than `room_id`, if that is given.
    """
    call = body.get("call")
    if not isinstance(call, Mapping) or not call.get("id") or call["id"] != (room_id or call["id"]):
        raise UnknownOutcome("GetStream's answer is not a call, or not this one.", code="bad_answer")
    ended_at = parse_time(call.get("ended_at"))
    session_ended_at = _session_ended_at(call.get("session"))
    session_id = "" if session_ended_at else str(call.get("current_session_id") or "")
    live = not call.get("backstage", False) and bool(session_id) and ended_at is None
    return Room(
        id=str(call["id"]),
        type=str(call.get("type", "")),
        is_live=live,
        session_id=session_id,
        ended_at=ended_at,
        backstage=bool(call.get("backstage")),
        empty_since=None if session_id else session_ended_at,
    )


def hls_name(body: Mapping[str, Any]) -> dict[str, Any]:
    """Our name of what is broadcast over HLS, as it is in the call's custom data; empty without one."""
    name = as_mapping(as_mapping(body.get("call")).get("custom")).get(HLS_NAME)
    return {HLS_NAME: name} if name else {}


def last_session_id(body: Mapping[str, Any]) -> str:
    """The id of the call's latest session, which may be over; "" if there was none."""
    return str(as_mapping(as_mapping(body.get("call")).get("session")).get("id") or "")


def _session_ended_at(session: object) -> datetime | None:
    """When the latest session ended, if it has."""
    return parse_time(session.get("ended_at")) if isinstance(session, Mapping) else None


def read_recording(recording: object) -> RecordingFile | None:
    """A call_recording: {filename, url, start_time, end_time, session_id, recording_type}.

    None for anything else, and for one whose url is not http(s).
    """
    if not isinstance(recording, Mapping) or not recording.get("filename"):
        return None
    url = recording.get("url")
    if not is_http_url(url):
        return None
    started_at, ended_at = parse_time(recording.get("start_time")), parse_time(recording.get("end_time"))
    return RecordingFile(
        id=str(recording["filename"]),
        url=url,
        started_at=started_at,
        ended_at=ended_at,
        duration=max(0, round((ended_at - started_at).total_seconds())) if started_at and ended_at else None,
        expires_at=link_expires_at(url, ended_at),
    )


def read_participant(document: object, left_at: datetime | None = None) -> ParticipantStay | None:
    """A participant in an event: {user: {id, name}, user_session_id, role, joined_at}.

    None for anything else. Stream's recorders are no participants, and it marks no agents.
    """
    participant = as_mapping(document)
    user = as_mapping(participant.get("user"))
    identity, stay_id = user.get("id"), participant.get("user_session_id")
    if not identity or not stay_id:
        return None
    return ParticipantStay(
        identity=str(identity),
        stay_id=str(stay_id),
        name=str(user.get("name") or ""),
        role=str(participant.get("role") or ""),
        joined_at=parse_time(participant.get("joined_at")),
        left_at=left_at,
    )


def read_stay(document: object) -> ParticipantStay | None:
    """One of `participants_sessions`: {user_id, user_session_id, roles, joined_at, left_at}; else None."""
    stay = as_mapping(document)
    identity, stay_id, roles = stay.get("user_id"), stay.get("user_session_id"), stay.get("roles")
    if not identity or not stay_id:
        return None
    return ParticipantStay(
        identity=str(identity),
        stay_id=str(stay_id),
        role=str(roles[0]) if isinstance(roles, list) and roles else "",
        joined_at=parse_time(stay.get("joined_at")),
        left_at=parse_time(stay.get("left_at")),
    )


def link_expires_at(url: str, created_at: datetime | None) -> datetime | None:
    """When a link stops working: by its signature, else two weeks after the file was created.

    None for an unsigned link, which leads to the customer's own storage.
    """
    query = {name.lower(): values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    if SECONDS.fullmatch(query.get("expires", "")):  # CloudFront
        return parse_time(int(query["expires"]) * 10**9)
    signed_at = _parse_compact_time(query.get("x-amz-date", ""))
    if signed_at and SECONDS.fullmatch(query.get("x-amz-expires", "")):  # S3, signature version 4
        return signed_at + timedelta(seconds=int(query["x-amz-expires"]))
    is_signed = any("signature" in name for name in query)
    return created_at + STORAGE_RETENTION if created_at and is_signed else None


def parse_time(value: object) -> datetime | None:
    """A time in nanoseconds since 1970, or in ISO 8601. None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        if not isinstance(value, str):
            return datetime.fromtimestamp(value / 1e9, UTC)
        at = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _parse_compact_time(text: str) -> datetime | None:
    """20261121T025917Z"""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Error body: {code, message, StatusCode, duration, more_info, details}; any other is not Stream's."""
    code = error_number(body) if body.get("message") or body.get("StatusCode") else ""
    return code, f"error {code} ({status})" if code else str(status), ERROR_DOCS if code else ""


def start_time(at: datetime | None) -> dict[str, str]:
    return {"starts_at": at.astimezone(UTC).isoformat()} if at else {}


def session_timer(seconds: int | None) -> dict[str, Any]:
    """Stream ends the call so long after its session began (docs/api/calls/#session-timers).

    A timer that was set cannot be unset: no limit (0) is the longest one.
    """
    if seconds is None:
        return {}
    return {"settings_override": {"limits": {"max_duration_seconds": seconds or MAX_SESSION}}}
