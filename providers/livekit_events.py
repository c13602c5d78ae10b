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
from providers.events import Happening, Inbound, RecordingFile, lowered, same
from providers.livekit_wire import moment, number, read_file, value

# Clocks may differ by so many seconds, as LiveKit's own verifiers allow.
LEEWAY = 60
# Not room_started: it tells that a room was made, which for a scheduled call is long before its start.
HAPPENINGS: dict[str, Happening] = {
    "participant_joined": "session_started",
    "participant_left": "session_ended",
    "participant_connection_aborted": "session_ended",
    "room_finished": "closed",
    "egress_ended": "recording",
}
WORDS: dict[Happening, str] = {"session_started": "live", "session_ended": "live", "closed": "ended"}
# Who keeps no room open (IsDependent in pkg/rtc/participant.go): recorders and agents.
NOBODY = ("EGRESS", "AGENT")


def read(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> Inbound:
    """The event in a request that this LiveKit server signed; else BadSignature."""
    claims = _claims(api_key, secret, lowered(headers).get("authorization", ""))
    digest = hashlib.sha256(body).digest()
    if not same(base64.b64encode(digest).decode(), str(claims.get("sha256") or "")):
        raise BadSignature("The token was signed for another body.")
    found = _document(body)
    event_id = value(found, "id")
    key = event_id if isinstance(event_id, str) and event_id else f"sha256:{digest.hex()}"
    return _egress(found, key) if found["event"].startswith("egress_") else _event(found, key)


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


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected("An event of LiveKit's that is not JSON.", code="malformed") from error
    if not isinstance(found, dict) or not isinstance(found.get("event"), str):
        raise Rejected("An event of LiveKit's without a type.", code="malformed")
    return found


def _event(found: Mapping[str, Any], key: str) -> Inbound:
    room, person = _part(found, "room"), _part(found, "participant")
    happening = _happening(found["event"], room, person)
    at = moment(number(found, "created_at"))
    return Inbound(
        key=key,
        happening=happening,
        type=found["event"],
        resource=_text(room, "name"),
        status=WORDS.get(happening, "unknown"),
        raw_status=WORDS.get(happening, ""),
        at=at,
        ended_at=at if happening == "closed" else None,
        facts=_facts(session_id=_text(room, "sid"), participant=_text(person, "identity")),
    )


def _happening(kind: str, room: Mapping[str, Any], person: Mapping[str, Any]) -> Happening:
    happening = HAPPENINGS.get(kind, "other")
    if person.get("kind") in NOBODY:
        return "other"
    if happening == "session_ended" and number(room, "num_participants"):
        # Others are in it. LiveKit's count may lag by seconds (ProtoProxy in pkg/rtc/room.go): if this was
        # the last one after all, the end comes by room_finished, when the room's departure_timeout is over.
        return "other"
    return happening


def _egress(found: Mapping[str, Any], key: str) -> Inbound:
    """`egress_ended` comes with what was recorded, or with why nothing was."""
    egress = _part(found, "egress_info")
    ended = HAPPENINGS.get(found["event"]) == "recording"
    files = list(_files(egress)) if ended else []
    status, error = _text(egress, "status"), _text(egress, "error")
    return Inbound(
        key=key,
        happening="recording" if files else "other",
        type=found["event"],
        resource=_text(egress, "room_name"),
        raw_status=status,
        at=moment(number(found, "created_at")),
        recording=files[0] if files else None,
        facts=_facts(egress_id=_text(egress, "egress_id"), status=status, error=error),
    )


def _files(egress: Mapping[str, Any]) -> Iterable[RecordingFile]:
    """What can be fetched; older servers write one `file` instead of `file_results`."""
    results = value(egress, "file_results")
    for each in results if isinstance(results, list) and results else [egress.get("file")]:
        file = read_file(each)
        if file is not None:
            yield file


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = value(found, name)
    return part if isinstance(part, Mapping) else {}


def _text(found: Mapping[str, Any], name: str) -> str:
    text = value(found, name)
    return text if isinstance(text, str) else ""


def _facts(**told: str) -> dict[str, str]:
    return {name: text for name, text in told.items() if text}
