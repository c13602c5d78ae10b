"""What LiveKit tells in its webhooks: the signature checked, the event read.

Source: docs.livekit.io/home/server/webhooks, github.com/livekit/protocol (webhook/, livekit_webhook.proto).
The Authorization header is a JWT, HS256 with the API secret, whose claim `sha256` is the base64 of the body's
SHA-256. It lives for five minutes; LiveKit tries again with the same token.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
import orjson

from providers.errors import BadSignature, Rejected
from providers.events import EventKind, ProviderEventData, RecordingFile, lower_keys, signatures_equal
from providers.livekit.wire import parse_time, read_field, read_int, read_recording

# Clocks may differ by so many seconds, as LiveKit's own verifiers allow.
LEEWAY = 60
# Not room_started: it tells that a room was made, which for a scheduled call is long before its start.
EVENT_KINDS: dict[str, EventKind] = {
    "participant_joined": "session_started",
    "participant_left": "session_ended",
    "participant_connection_aborted": "session_ended",
    "room_finished": "room_closed",
    "egress_ended": "recording",
}
STATUS_BY_KIND: dict[EventKind, str] = {
    "session_started": "live",
    "session_ended": "live",
    "room_closed": "ended",
}
# Who keeps no room open (IsDependent in pkg/rtc/participant.go): recorders and agents.
DEPENDENT_KINDS = ("EGRESS", "AGENT")


def read(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that this LiveKit server signed; else BadSignature."""
    claims = _claims(api_key, secret, lower_keys(headers).get("authorization", ""))
    digest = hashlib.sha256(body).digest()
    if not signatures_equal(base64.b64encode(digest).decode(), str(claims.get("sha256") or "")):
        raise BadSignature("The token was signed for another body.")
    found = _parse_body(body)
    event_id = read_field(found, "id")
    key = event_id if isinstance(event_id, str) and event_id else f"sha256:{digest.hex()}"
    return _egress_event(found, key) if found["event"].startswith("egress_") else _event(found, key)


def _claims(api_key: str, secret: str, header: str) -> dict[str, Any]:
    """The header is the bare token; some proxies put Bearer before it."""
    try:
        return dict(
            jwt.decode(
                header.removeprefix("Bearer ").strip(),
                secret,
                algorithms=["HS256"],
                issuer=api_key,
                leeway=LEEWAY,
                options={"require": ["exp", "iss"]},
            )
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise BadSignature("The token is not this LiveKit server's, or past its time.") from error


def _parse_body(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected("An event of LiveKit's that is not JSON.", code="malformed") from error
    if not isinstance(found, dict) or not isinstance(found.get("event"), str):
        raise Rejected("An event of LiveKit's without a type.", code="malformed")
    return found


def _event(found: Mapping[str, Any], key: str) -> ProviderEventData:
    room, person = _section(found, "room"), _section(found, "participant")
    event_kind = _kind(found["event"], room, person)
    at = parse_time(read_int(found, "created_at"))
    return ProviderEventData(
        dedup_key=key,
        kind=event_kind,
        type=found["event"],
        resource=_string(room, "name"),
        status=STATUS_BY_KIND.get(event_kind, "unknown"),
        raw_status=STATUS_BY_KIND.get(event_kind, ""),
        occurred_at=at,
        ended_at=at if event_kind == "room_closed" else None,
        details=_details(session_id=_string(room, "sid"), participant=_string(person, "identity")),
    )


def _kind(kind: str, room: Mapping[str, Any], person: Mapping[str, Any]) -> EventKind:
    event_kind = EVENT_KINDS.get(kind, "other")
    if person.get("kind") in DEPENDENT_KINDS:
        return "other"
    if event_kind == "session_ended" and read_int(room, "num_participants"):
        # Others are in it. LiveKit's count may lag by seconds (ProtoProxy in pkg/rtc/room.go): if this was
        # the last one after all, the end comes by room_finished, when the room's departure_timeout is over.
        return "other"
    return event_kind


def _egress_event(found: Mapping[str, Any], key: str) -> ProviderEventData:
    """`egress_ended` comes with what was recorded, or with why nothing was."""
    egress = _section(found, "egress_info")
    ended = EVENT_KINDS.get(found["event"]) == "recording"
    files = list(_files(egress)) if ended else []
    status, error = _string(egress, "status"), _string(egress, "error")
    return ProviderEventData(
        dedup_key=key,
        kind="recording" if files else "other",
        type=found["event"],
        resource=_string(egress, "room_name"),
        raw_status=status,
        occurred_at=parse_time(read_int(found, "created_at")),
        recording=files[0] if files else None,
        details=_details(egress_id=_string(egress, "egress_id"), status=status, error=error),
    )


def _files(egress: Mapping[str, Any]) -> Iterable[RecordingFile]:
    """What can be fetched; older servers write one `file` instead of `file_results`."""
    results = read_field(egress, "file_results")
    for each in results if isinstance(results, list) and results else [egress.get("file")]:
        file = read_recording(each)
        if file is not None:
            yield file


def _section(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = read_field(found, name)
    return part if isinstance(part, Mapping) else {}


def _string(found: Mapping[str, Any], name: str) -> str:
    text = read_field(found, name)
    return text if isinstance(text, str) else ""


def _details(**told: str) -> dict[str, str]:
    return {name: text for name, text in told.items() if text}
