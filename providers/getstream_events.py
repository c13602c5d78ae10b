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
from providers.events import Happening, Inbound, lowered, same
from providers.getstream_wire import moment, read_recording

GZIP = b"\x1f\x8b"
MAX_BODY = 4 * 1024 * 1024

HAPPENINGS: dict[str, Happening] = {
    "call.live_started": "started",
    "call.session_started": "session_started",
    "call.session_participant_joined": "session_started",
    "call.session_ended": "session_ended",
    "call.ended": "ended",
    "call.deleted": "gone",
    "call.recording_ready": "recording",
}
WORDS: dict[Happening, str] = {
    "started": "live",
    "session_started": "live",
    "session_ended": "live",
    "ended": "ended",
    "gone": "ended",
}


def read(api_key: str, secret: str, headers: Mapping[str, str], body: bytes) -> Inbound:
    """The event in a request that Stream signed for this app; else BadSignature."""
    told = lowered(headers)
    plain = _plain(body)
    signed = hmac.new(secret.encode(), plain, hashlib.sha256).hexdigest()
    if not same(signed, told.get("x-signature", "")):
        raise BadSignature("The signature is not that of this Stream app for this body.")
    if told.get("x-api-key", api_key) != api_key:
        raise BadSignature("This event is another Stream app's.")
    return _event(_document(plain), told.get("x-webhook-id") or f"sha256:{hashlib.sha256(plain).hexdigest()}")


def _plain(body: bytes) -> bytes:
    """Unzipped by what it is, not by what it is called, and never beyond MAX_BODY."""
    if not body.startswith(GZIP):
        return body
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(body, MAX_BODY)
    except zlib.error as error:
        raise BadSignature("The body is not gzip, though it begins like it.") from error
    if not unzip.eof:
        raise BadSignature(f"The body is cut short, or larger than {MAX_BODY} bytes.")
    return plain


def _document(plain: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(plain)
    except orjson.JSONDecodeError as error:
        raise Rejected("An event of Stream's that is not JSON.", code="malformed") from error
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise Rejected("An event of Stream's without a type.", code="malformed")
    return found


def _event(found: Mapping[str, Any], key: str) -> Inbound:
    """`call_cid` ("type:id") is in all events of calls; `call` is not: call.recording_ready has none."""
    room_type, _, room_id = str(found.get("call_cid") or "").partition(":")
    call = _part(found, "call")
    happening = HAPPENINGS.get(found["type"], "other")
    at, ended_at = moment(found.get("created_at")), moment(call.get("ended_at"))
    if happening == "session_ended" and ended_at:
        happening = "ended"  # the last one left because the call was ended: both events say so
    recording = read_recording(found.get("call_recording")) if happening == "recording" else None
    if happening == "recording" and recording is None:
        happening = "other"
    over = happening in ("ended", "gone")
    word = (
        "backstage" if happening == "session_started" and call.get("backstage") else WORDS.get(happening, "")
    )
    return Inbound(
        key=key,
        happening=happening,
        type=found["type"],
        resource=room_id,
        resource_type=room_type,
        status="unknown" if word in ("", "backstage") else word,
        raw_status=word,
        at=at,
        started_at=moment(_part(call, "session").get("started_at")),
        ended_at=(ended_at or at) if over else None,
        recording=recording,
        facts=_facts(found),
    )


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Who ended it, and why, where Stream tells; which session."""
    facts = {"reason": found.get("reason"), "session_id": found.get("session_id")}
    facts["by"] = _part(found, "user").get("id")
    return {name: value for name, value in facts.items() if isinstance(value, str) and value}
