"""GetStream Video's webhooks, verified and parsed.

Source: getstream.io/video/docs/api/webhooks/overview. The signature is the hex HMAC-SHA256 of the body before
compression, with the app's secret; the body may be gzip whatever its headers say. Unknown event types and
fields are accepted: Stream adds both without notice.
"""

import hashlib
import hmac
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from providers.errors import BadSignature
from providers.events import (
    EventKind,
    ParticipantStay,
    ProviderEventData,
    StreamNews,
    as_mapping,
    json_body,
    lower_keys,
    non_empty_text,
    signatures_equal,
)
from providers.getstream.wire import HLS_NAME, parse_time, read_participant, read_recording
from providers.redaction import redact

KEPT_HEADERS = ("x-signature", "x-api-key", "x-webhook-id", "x-webhook-attempt")
GZIP_MAGIC = b"\x1f\x8b"
MAX_BODY = 4 * 1024 * 1024
# An older event is a replay: Stream repeats a delivery for minutes. Shorter than what is kept of events here.
MAX_AGE = timedelta(hours=24)

STREAM_STATUSES = {
    f"call.{output}_{change}": status
    for output in ("rtmp_broadcast", "hls_broadcasting")
    for change, status in (("started", "live"), ("stopped", "stopped"), ("failed", "failed"))
}
# Fields of a call's `egress` that are never stored.
SECRETS = frozenset({"stream_key", "stream_url"})
EVENT_KINDS: dict[str, EventKind] = {
    "call.live_started": "started",
    "call.session_started": "session_started",
    "call.session_participant_joined": "session_started",
    "call.session_ended": "session_ended",
    "call.ended": "ended",
    "call.deleted": "room_deleted",
    "call.recording_ready": "recording",
    **dict.fromkeys(STREAM_STATUSES, "stream"),
}
JOINED, LEFT = "call.session_participant_joined", "call.session_participant_left"
STATUS_BY_KIND: dict[EventKind, str] = {
    "started": "live",
    "session_started": "live",
    "session_ended": "live",
    "ended": "ended",
    "room_deleted": "ended",
}


def parse(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that Stream signed for this app; it is known by its body.

    The id of the delivery (X-WEBHOOK-ID) is not signed. Raises BadSignature, and Rejected (code "malformed")
    for a signed body that is not an event.
    """
    sent = lower_keys(headers)
    plain = _decompress(body)
    expected = hmac.new(secret.encode(), plain, hashlib.sha256).hexdigest()
    if not signatures_equal(expected, sent.get("x-signature", "")):
        raise BadSignature("The signature is not that of this Stream app for this body.")
    if sent.get("x-api-key", api_key) != api_key:
        raise BadSignature("This event is another Stream app's.")
    return _event(json_body("GetStream", plain, "type"), f"sha256:{hashlib.sha256(plain).hexdigest()}")


def _decompress(body: bytes) -> bytes:
    """Decompress a body that begins like gzip, whatever its headers say, up to MAX_BODY bytes."""
    if not body.startswith(GZIP_MAGIC):
        return body
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(body, MAX_BODY)
    except zlib.error as error:
        raise BadSignature("The body is not gzip, though it begins like it.") from error
    if not unzip.eof:
        raise BadSignature(f"The body is cut short, or larger than {MAX_BODY} bytes.")
    return plain


def _event(document: Mapping[str, Any], dedup_key: str) -> ProviderEventData:
    """`call_cid` ("type:id") is in all events of calls; `call` is not: call.recording_ready has none."""
    room_type, _, room_id = str(document.get("call_cid") or "").partition(":")
    call = as_mapping(document.get("call"))
    at, ended_at = parse_time(document.get("created_at")), parse_time(call.get("ended_at"))
    recording = read_recording(document.get("call_recording"))
    kind = _event_kind(document["type"], has_ended=ended_at is not None, has_file=recording is not None)
    raw_status = _raw_status(kind, call)
    return ProviderEventData(
        dedup_key=dedup_key,
        kind=kind,
        type=document["type"],
        resource=room_id,
        resource_type=room_type,
        status="unknown" if raw_status in ("", "backstage") else raw_status,
        raw_status=raw_status,
        occurred_at=at,
        started_at=parse_time(as_mapping(call.get("session")).get("started_at")),
        ended_at=(ended_at or at) if kind in ("ended", "room_deleted") else None,
        recording=recording if kind == "recording" else None,
        participant=_participant(document, at),
        stream=_stream(document),
        details=_details(document),
    )


def _participant(document: Mapping[str, Any], at: datetime | None) -> ParticipantStay | None:
    """Who joined or left; whoever left did so at the event's own time."""
    if document["type"] not in (JOINED, LEFT):
        return None
    return read_participant(document.get("participant"), at if document["type"] == LEFT else None)


def _stream(document: Mapping[str, Any]) -> StreamNews | None:
    """What to look at: an event may be about one of several targets, or about an earlier HLS broadcast."""
    status, name = STREAM_STATUSES.get(document["type"]), document.get("name")
    if status is None:
        return None
    if not isinstance(name, str):
        name = str(as_mapping(as_mapping(document.get("call")).get("custom")).get(HLS_NAME) or "")
    return StreamNews(status, name=name.partition(".")[0])


def redacted(body: bytes) -> bytes:
    """A body without the keys of RTMP targets; as sent, compressed or not, if it has none."""
    plain = _decompress(body)
    clean = redact(plain, SECRETS)
    return body if clean == plain else clean


def _event_kind(event_type: str, *, has_ended: bool, has_file: bool) -> EventKind:
    kind = EVENT_KINDS.get(event_type, "other")
    if kind == "session_ended" and has_ended:
        return "ended"  # the session ended because the call was ended; an event of each is sent
    return "other" if kind == "recording" and not has_file else kind


def _raw_status(kind: EventKind, call: Mapping[str, Any]) -> str:
    if kind == "session_started" and call.get("backstage"):
        return "backstage"
    return STATUS_BY_KIND.get(kind, "")


def _details(document: Mapping[str, Any]) -> dict[str, str]:
    """Why and by whom the call was ended, and the session, where Stream gives them."""
    return non_empty_text(
        reason=document.get("reason"),
        session_id=document.get("session_id"),
        by=as_mapping(document.get("user")).get("id"),
    )
