"""LiveKit's webhooks, verified and parsed.

Source: docs.livekit.io/home/server/webhooks, github.com/livekit/protocol (webhook/, livekit_webhook.proto).
The Authorization header is a JWT, HS256 with the API secret, whose claim `sha256` is the base64 of the body's
SHA-256. It is valid for five minutes; LiveKit retries with the same token.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import jwt

from providers.errors import BadSignature
from providers.events import (
    EventKind,
    ParticipantStay,
    ProviderEventData,
    RecordingFile,
    StreamNews,
    as_mapping,
    json_body,
    lower_keys,
    non_empty_text,
    signatures_equal,
)
from providers.livekit.egress import STATUSES, read_failure, read_name, read_status
from providers.livekit.wire import parse_time, read_field, read_int, read_recording

# Allowed clock difference (s), that of LiveKit's own verifiers.
LEEWAY = 60
# Without room_started: a room of a scheduled call is created long before the call starts.
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
# Participants that do not keep a room open (IsDependent in pkg/rtc/participant.go): recorders and agents.
DEPENDENT_KINDS = ("EGRESS", "AGENT")
# Events that say who was in the room.
STAY_EVENTS = ("participant_joined", "participant_left")


def parse(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that this LiveKit server signed.

    Raises BadSignature, and Rejected (code "malformed") for a signed body that is not an event.
    """
    claims = _claims(api_key, secret, lower_keys(headers).get("authorization", ""))
    digest = hashlib.sha256(body).digest()
    if not signatures_equal(base64.b64encode(digest).decode(), str(claims.get("sha256") or "")):
        raise BadSignature("The token was signed for another body.")
    document = json_body("LiveKit", body, "event")
    event_id = read_field(document, "id")
    dedup_key = event_id if isinstance(event_id, str) and event_id else f"sha256:{digest.hex()}"
    parse = _egress_event if document["event"].startswith("egress_") else _room_event
    return parse(document, dedup_key)


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


def _room_event(document: Mapping[str, Any], dedup_key: str) -> ProviderEventData:
    room = as_mapping(read_field(document, "room"))
    participant = as_mapping(read_field(document, "participant"))
    kind = _event_kind(document["event"], room, participant)
    at = parse_time(read_int(document, "created_at"))
    return ProviderEventData(
        dedup_key=dedup_key,
        kind=kind,
        type=document["event"],
        resource=_string(room, "name"),
        status=STATUS_BY_KIND.get(kind, "unknown"),
        raw_status=STATUS_BY_KIND.get(kind, ""),
        occurred_at=at,
        ended_at=at if kind == "room_closed" else None,
        participant=_stay(document["event"], participant, at),
        details=non_empty_text(
            session_id=read_field(room, "sid"), participant=read_field(participant, "identity")
        ),
    )


def _stay(event_type: str, participant: Mapping[str, Any], at: datetime | None) -> ParticipantStay | None:
    """Who joined or left. Of one whose connection was aborted nothing: they never were in the room."""
    sid, identity = _string(participant, "sid"), _string(participant, "identity")
    if event_type not in STAY_EVENTS or is_dependent(participant) or not sid or not identity:
        return None
    return ParticipantStay(
        identity=identity,
        stay_id=sid,
        name=_string(participant, "name"),
        joined_at=parse_time(
            read_int(participant, "joined_at_ms") / 1000 or read_int(participant, "joined_at")
        ),
        left_at=at if event_type == "participant_left" else None,
    )


def is_dependent(participant: Mapping[str, Any]) -> bool:
    """Whether it is a recorder or an agent: by its kind, or by the grants of its token."""
    permission = as_mapping(read_field(participant, "permission"))
    return participant.get("kind") in DEPENDENT_KINDS or bool(
        permission.get("recorder") or permission.get("agent")
    )


def _event_kind(event_type: str, room: Mapping[str, Any], participant: Mapping[str, Any]) -> EventKind:
    kind = EVENT_KINDS.get(event_type, "other")
    if is_dependent(participant):
        return "other"
    if kind == "session_ended" and read_int(room, "num_participants"):
        # Others are in it. LiveKit's count may lag by seconds (ProtoProxy in pkg/rtc/room.go): if this was
        # the last one after all, room_finished follows when the room's departure_timeout is over.
        return "other"
    return kind


def _egress_event(document: Mapping[str, Any], dedup_key: str) -> ProviderEventData:
    """`egress_ended` holds the recorded files, or the error because of which there are none."""
    egress = as_mapping(read_field(document, "egress_info"))
    files = list(_files(egress)) if EVENT_KINDS.get(document["event"]) == "recording" else []
    status = read_status(egress)
    news = _stream(egress, status)
    return ProviderEventData(
        dedup_key=dedup_key,
        kind="recording" if files else "stream" if news else "other",
        type=document["event"],
        resource=_string(egress, "room_name"),
        raw_status=status,
        occurred_at=parse_time(read_int(document, "created_at")),
        started_at=parse_time(read_int(egress, "started_at") / 1e9) if news else None,
        ended_at=parse_time(read_int(egress, "ended_at") / 1e9) if news else None,
        recording=files[0] if files else None,
        stream=news,
        details=non_empty_text(
            egress_id=read_field(egress, "egress_id"), status=status, error=read_failure(egress)
        ),
    )


def _stream(egress: Mapping[str, Any], status: str) -> StreamNews | None:
    """An egress that was started under a name of ours; None for others, such as recorders."""
    if not (name := read_name(egress)):
        return None
    egress_id = _string(egress, "egress_id")
    normalised = STATUSES.get(status, "unknown")
    return StreamNews(normalised, egress_id, name, is_proven=True, error=read_failure(egress))


def _files(egress: Mapping[str, Any]) -> Iterable[RecordingFile]:
    """Files that can be fetched; older servers write one `file` instead of `file_results`."""
    results = read_field(egress, "file_results")
    for each in results if isinstance(results, list) and results else [egress.get("file")]:
        file = read_recording(each)
        if file is not None:
            yield file


def _string(document: Mapping[str, Any], name: str) -> str:
    value = read_field(document, name)
    return value if isinstance(value, str) else ""
