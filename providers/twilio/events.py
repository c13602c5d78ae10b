"""What Twilio tells in its callbacks about calls and recordings: the signature checked, the form read.

Source: twilio.com/docs/usage/webhooks/webhooks-security, /docs/voice/api/call-resource (StatusCallback),
/docs/voice/api/recording (RecordingStatusCallback). Judged in the tests by the official package's validator.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import orjson

from providers.errors import BadSignature, Rejected
from providers.events import ProviderEventData, RecordingFile, is_http_url, lower_keys, signatures_equal
from providers.twilio.wire import LEG_STATUS, parse_cost, parse_seconds, parse_time

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 500
# Words of callbacks that the REST API does not use.
CALLBACK_STATUS = {**LEG_STATUS, "initiated": "queued", "answered": "live"}
# The parameter of our own callback addresses that holds our id of the call.
CALL_PARAMETER = "call"
# What is kept beside the facts that have a place of their own. No numbers are among them.
DETAIL_FIELDS = {
    "SipResponseCode": "sip_code",
    "AnsweredBy": "answered_by",
    "ErrorCode": "error_code",
    "Direction": "direction",
}

FormFields = Sequence[tuple[str, str]]


def read(token: str, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that Twilio signed with the auth token; else BadSignature."""
    told = lower_keys(headers)
    pairs = _verified(token, url, told, body)
    fields = dict(pairs)
    if not fields.get("CallSid"):
        raise Rejected("A callback of Twilio's without a CallSid.", code="malformed")
    ref = parse_qs(urlsplit(url).query).get(CALL_PARAMETER, [""])[-1]
    if "RecordingStatus" in fields:
        return _recording_event(fields, ref)
    if "CallStatus" in fields:
        return _call_event(fields, ref, _dedup_hash(pairs))
    kind = fields.get("StreamEvent") or fields.get("CallbackSource") or "unknown"
    return ProviderEventData(
        _dedup_hash(pairs), "other", kind, fields["CallSid"], call_ref=ref, details=_details(fields)
    )


def signature(token: str, url: str, pairs: FormFields) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and each name with its values, sorted, repeats once."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _verified(token: str, url: str, headers: Mapping[str, str], body: bytes) -> FormFields:
    """The fields that were signed. A body that is no form is signed by its hash, which the URL holds."""
    given = headers.get("x-twilio-signature", "")
    hashed = parse_qs(urlsplit(url).query).get("bodySHA256")
    is_form = (
        headers.get("content-type", FORM_CONTENT_TYPE).partition(";")[0].strip().lower() == FORM_CONTENT_TYPE
    )
    by_hash = bool(hashed) and not is_form
    pairs = [] if by_hash else _parse_form(body)
    if hashed and by_hash and not signatures_equal(hashlib.sha256(body).hexdigest(), hashed[0]):
        raise BadSignature("The body is not the one that the address tells of.")
    # Each spelling is tried, whatever came of the one before: the time it takes tells nothing.
    if not any(
        [signatures_equal(signature(token, spelling, pairs), given) for spelling in _url_variants(url)]
    ):  # noqa: C419
        raise BadSignature("The signature is not that of this Twilio account for this address and form.")
    return _parse_json_body(body) if by_hash else pairs


def _parse_form(body: bytes) -> FormFields:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise BadSignature("The body is not a form, so nothing in it can be signed.") from error


def _parse_json_body(body: bytes) -> FormFields:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected("A callback of Twilio's that is neither a form nor JSON.", code="malformed") from error
    if not isinstance(found, dict):
        raise Rejected("A callback of Twilio's that is no JSON object.", code="malformed")
    return [(name, value) for name, value in found.items() if isinstance(value, str)]


def _url_variants(url: str) -> Iterator[str]:
    """Twilio signs some requests with the port and some without, whatever the address it was given."""
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    bare = parts.netloc.removesuffix(f":{parts.port}")
    ported = parts.netloc if parts.port else f"{bare}:{default}"
    for netloc in (bare, ported):
        yield parts._replace(netloc=netloc).geturl()


def _call_event(fields: Mapping[str, str], ref: str, digest: str) -> ProviderEventData:
    """SequenceNumber counts the events of a call; requests may overtake each other."""
    raw, sid = fields["CallStatus"], fields["CallSid"]
    status, at = CALLBACK_STATUS.get(raw, "unknown"), parse_time(fields.get("Timestamp"))
    number = parse_seconds(fields.get("SequenceNumber"))
    cost, unit = parse_cost(fields.get("Price"), fields.get("PriceUnit"))
    return ProviderEventData(
        dedup_key=f"{sid}:{number}:{raw}" if number is not None else digest,
        kind="call_status",
        type=raw,
        resource=sid,
        call_ref=ref,
        status=status,
        raw_status=raw,
        sequence=number,
        occurred_at=at,
        started_at=at if status == "live" else None,
        ended_at=at if status == "ended" else None,
        duration=parse_seconds(fields.get("CallDuration")),
        cost=cost,
        price_unit=unit,
        recording=_recording_file(fields),
        details=_details(fields),
    )


def _recording_event(fields: Mapping[str, str], ref: str) -> ProviderEventData:
    status, file = fields["RecordingStatus"], _recording_file(fields)
    is_ready = status == "completed" and file is not None
    return ProviderEventData(
        dedup_key=f"{fields.get('RecordingSid', '')}:{status}",
        kind="recording" if is_ready else "other",
        type=f"recording-{status}",
        resource=fields["CallSid"],
        call_ref=ref,
        occurred_at=parse_time(fields.get("Timestamp")) or (file.ended_at if file else None),
        recording=file if is_ready else None,
        details=_details(fields),
    )


def _recording_file(fields: Mapping[str, str]) -> RecordingFile | None:
    """Twilio keeps recordings until they are deleted: their addresses do not perish."""
    if not fields.get("RecordingSid") or not is_http_url(fields.get("RecordingUrl")):
        return None
    began, length = (
        parse_time(fields.get("RecordingStartTime")),
        parse_seconds(fields.get("RecordingDuration")),
    )
    return RecordingFile(
        id=fields["RecordingSid"],
        url=fields["RecordingUrl"],
        started_at=began,
        ended_at=began + timedelta(seconds=length) if began and length is not None else None,
        duration=length,
    )


def _details(fields: Mapping[str, str]) -> dict[str, Any]:
    return {ours: fields[theirs] for theirs, ours in DETAIL_FIELDS.items() if fields.get(theirs)}


def _dedup_hash(pairs: FormFields) -> str:
    told = "\0".join(f"{name}\0{value}" for name, value in sorted(set(pairs)))
    return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"
