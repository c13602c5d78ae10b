"""What GetStream Video tells in its webhooks: the signature checked, the event read.

Source: getstream.io/video/docs/api/webhooks/overview. The signature is the hex HMAC-SHA256 of the body as it
was before compression, with the app's secret; the body may be gzip whatever its headers say. Types that are
not known here are events all the same, and so are fields: Stream adds both as it likes.
"""

import hashlib
import hmac
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from providers.errors import BadSignature, Rejected
from providers.events import EventKind, ProviderEventData, lower_keys, signatures_equal
from providers.getstream.wire import parse_time, read_recording

GZIP_MAGIC = b"\x1f\x8b"
MAX_BODY = 4 * 1024 * 1024

EVENT_KINDS: dict[str, EventKind] = {
    "call.live_started": "started",
    "call.session_started": "session_started",
    "call.session_participant_joined": "session_started",
    "call.session_ended": "session_ended",
    "call.ended": "ended",
    "call.deleted": "room_deleted",
    "call.recording_ready": "recording",
}
STATUS_BY_KIND: dict[EventKind, str] = {
    "started": "live",
    "session_started": "live",
    "session_ended": "live",
    "ended": "ended",
    "room_deleted": "ended",
}


def read(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that Stream signed for this app; else BadSignature."""
    told = lower_keys(headers)
    plain = _decompress(body)
    signed = hmac.new(secret.encode(), plain, hashlib.sha256).hexdigest()
    if not signatures_equal(signed, told.get("x-signature", "")):
        raise BadSignature("The signature is not that of this Stream app for this body.")
    if told.get("x-api-key", api_key) != api_key:
        raise BadSignature("This event is another Stream app's.")
    return _event(
        _parse_body(plain), told.get("x-webhook-id") or f"sha256:{hashlib.sha256(plain).hexdigest()}"
    )


def _decompress(body: bytes) -> bytes:
    """Unzipped by what it is, not by what it is called, and never beyond MAX_BODY."""
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


def _parse_body(plain: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(plain)
    except orjson.JSONDecodeError as error:
        raise Rejected("An event of Stream's that is not JSON.", code="malformed") from error
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise Rejected("An event of Stream's without a type.", code="malformed")
    return found


def _event(found: Mapping[str, Any], key: str) -> ProviderEventData:
    """`call_cid` ("type:id") is in all events of calls; `call` is not: call.recording_ready has none."""
    room_type, _, room_id = str(found.get("call_cid") or "").partition(":")
    call = _section(found, "call")
    event_kind = EVENT_KINDS.get(found["type"], "other")
    at, ended_at = parse_time(found.get("created_at")), parse_time(call.get("ended_at"))
    if event_kind == "session_ended" and ended_at:
        event_kind = "ended"  # the last one left because the call was ended: both events say so
    recording = read_recording(found.get("call_recording")) if event_kind == "recording" else None
    if event_kind == "recording" and recording is None:
        event_kind = "other"
    over = event_kind in ("ended", "room_deleted")
    word = (
        "backstage"
        if event_kind == "session_started" and call.get("backstage")
        else STATUS_BY_KIND.get(event_kind, "")
    )
    return ProviderEventData(
        dedup_key=key,
        kind=event_kind,
        type=found["type"],
        resource=room_id,
        resource_type=room_type,
        status="unknown" if word in ("", "backstage") else word,
        raw_status=word,
        occurred_at=at,
        started_at=parse_time(_section(call, "session").get("started_at")),
        ended_at=(ended_at or at) if over else None,
        recording=recording,
        details=_details(found),
    )


def _section(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}


def _details(found: Mapping[str, Any]) -> dict[str, Any]:
    """Who ended it, and why, where Stream tells; which session."""
    facts = {"reason": found.get("reason"), "session_id": found.get("session_id")}
    facts["by"] = _section(found, "user").get("id")
    return {name: value for name, value in facts.items() if isinstance(value, str) and value}
