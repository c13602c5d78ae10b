"""What GetStream Video writes, and how it is read: calls, recordings, times.

Source: the published wire format (getstream.io/video/docs/api).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from providers.base import Room
from providers.errors import UnknownOutcome
from providers.events import RecordingFile, is_http_url

# Files on Stream's own storage live so long (getstream.io/video/docs/api/recording/storage).
STORAGE_RETENTION = timedelta(days=14)
SECONDS = re.compile(r"[0-9]{1,10}")


def read_room(body: Mapping[str, Any]) -> Room:
    """The room in an answer that holds a `call`."""
    call = body.get("call")
    if not isinstance(call, Mapping) or not call.get("id"):
        raise UnknownOutcome("GetStream's answer is not a call.", code="bad_answer")
    ended_at = parse_time(call.get("ended_at"))
    left = _session_ended_at(call.get("session"))
    session_id = "" if left else str(call.get("current_session_id") or "")
    live = not call.get("backstage", False) and bool(session_id) and ended_at is None
    return Room(
        id=str(call["id"]),
        type=str(call.get("type", "")),
        is_live=live,
        session_id=session_id,
        ended_at=ended_at,
        recording=bool(call.get("recording")),
        backstage=bool(call.get("backstage")),
        empty_since=None if session_id else left,
    )


def _session_ended_at(session: object) -> datetime | None:
    """When the last session ended, if there was one."""
    return parse_time(session.get("ended_at")) if isinstance(session, Mapping) else None


def read_recording(found: object) -> RecordingFile | None:
    """A call_recording: {filename, url, start_time, end_time, session_id, recording_type}; None for none,
    and for one whose url is no web address."""
    if not isinstance(found, Mapping) or not found.get("filename") or not is_http_url(found.get("url")):
        return None
    began, ended = parse_time(found.get("start_time")), parse_time(found.get("end_time"))
    return RecordingFile(
        id=str(found["filename"]),
        url=found["url"],
        started_at=began,
        ended_at=ended,
        duration=max(0, round((ended - began).total_seconds())) if began and ended else None,
        expires_at=link_expires_at(found["url"], ended),
    )


def link_expires_at(url: str, made: datetime | None) -> datetime | None:
    """When a link stops working: as its signature says, or two weeks after the file was made."""
    said = {name.lower(): values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    if SECONDS.fullmatch(said.get("expires", "")):  # CloudFront
        return parse_time(int(said["expires"]) * 10**9)
    signed = _parse_compact_time(said.get("x-amz-date", ""))
    if signed and SECONDS.fullmatch(said.get("x-amz-expires", "")):  # S3, version 4
        return signed + timedelta(seconds=int(said["x-amz-expires"]))
    # A file without a signature is in the customer's own storage, and theirs to keep.
    is_signed = any("signature" in name for name in said)
    return made + STORAGE_RETENTION if made and is_signed else None


def parse_time(value: object) -> datetime | None:
    """A time as Stream writes it: nanoseconds since 1970, or ISO 8601. None for anything else."""
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
