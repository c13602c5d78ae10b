"""Twilio's callbacks about calls and recordings, verified and parsed.

Source: twilio.com/docs/voice/api/call-resource (StatusCallback), /docs/voice/api/recording
(RecordingStatusCallback).
"""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from providers.errors import Rejected
from providers.events import (
    ProviderEventData,
    RecordingFile,
    StreamHappening,
    StreamNews,
    is_http_url,
    lower_keys,
    non_empty_text,
)
from providers.streams import stream_in
from providers.twilio.signature import FormFields, verified_fields
from providers.twilio.wire import (
    LEG_STATUS,
    end_of,
    parse_answered_by,
    parse_cost,
    parse_iso_time,
    parse_seconds,
    parse_time,
)

# Statuses of callbacks that the REST API does not have, and its own words for them.
REST_STATUS = {"initiated": "queued", "answered": "in-progress"}
# The parameter of our callback URLs that holds our id of the call.
CALL_PARAMETER = "call"
STREAM_EVENTS: dict[str, StreamHappening] = {
    "stream-started": "started",
    "stream-stopped": "stopped",
    "stream-error": "dropped",
}
KEPT_HEADERS = ("x-twilio-signature", "i-twilio-idempotency-token")
# Stored as details; no phone numbers.
DETAIL_FIELDS = {
    "SipResponseCode": "sip_code",
    "AnsweredBy": "answered_by",
    "ErrorCode": "error_code",
    "Direction": "direction",
}


def parse(token: str, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request signed with the auth token.

    Raises BadSignature, and Rejected (code "malformed") for a request that is not about a call.
    """
    pairs = verified_fields(token, url, lower_keys(headers), body)
    form = dict(pairs)
    if not form.get("CallSid"):
        raise Rejected("A callback of Twilio's without a CallSid.", code="malformed")
    call_ref = parse_qs(urlsplit(url).query).get(CALL_PARAMETER, [""])[-1]
    if "RecordingStatus" in form:
        return _recording_event(form, call_ref)
    if "CallStatus" in form:
        return _call_event(form, call_ref, _dedup_hash(pairs))
    if form.get("AnsweredBy"):
        return _detection_event(form, call_ref)
    if form.get("StreamEvent") and form.get("StreamSid"):
        return _stream_event(form, call_ref, stream_in(url))
    event_type = form.get("StreamEvent") or form.get("CallbackSource") or "unknown"
    return ProviderEventData(
        _dedup_hash(pairs), "other", event_type, form["CallSid"], call_ref=call_ref, details=_details(form)
    )


def _call_event(form: Mapping[str, str], call_ref: str, dedup_hash: str) -> ProviderEventData:
    """SequenceNumber orders the events of a call; requests may arrive out of order."""
    raw, sid = form["CallStatus"], form["CallSid"]
    rest_status = REST_STATUS.get(raw, raw)
    status, at = LEG_STATUS.get(rest_status, "unknown"), parse_time(form.get("Timestamp"))
    sequence = parse_seconds(form.get("SequenceNumber"))
    cost, unit = parse_cost(form.get("Price"), form.get("PriceUnit"))
    answered_by, raw_answered_by = parse_answered_by(form.get("AnsweredBy"))
    return ProviderEventData(
        dedup_key=f"{sid}:{sequence}:{raw}" if sequence is not None else dedup_hash,
        kind="call_status",
        type=raw,
        resource=sid,
        call_ref=call_ref,
        status=status,
        raw_status=rest_status,
        sequence=sequence,
        occurred_at=at,
        started_at=at if status == "live" else None,
        ended_at=at if status == "ended" else None,
        duration=parse_seconds(form.get("CallDuration")),
        answered_by=answered_by,
        raw_answered_by=raw_answered_by,
        cost=cost,
        price_unit=unit,
        recording=_recording_file(form),
        details=_details(form),
    )


def _detection_event(form: Mapping[str, str], call_ref: str) -> ProviderEventData:
    """AsyncAmdStatusCallback has CallSid and AnsweredBy, and no status, sequence or time."""
    answered_by, raw_answered_by = parse_answered_by(form["AnsweredBy"])
    return ProviderEventData(
        dedup_key=f"{form['CallSid']}:answered-by:{raw_answered_by}",
        kind="answered_by",
        type="answered-by",
        resource=form["CallSid"],
        call_ref=call_ref,
        status="live",
        occurred_at=parse_time(form.get("Timestamp")),
        answered_by=answered_by,
        raw_answered_by=raw_answered_by,
        details=_details(form),
    )


def _stream_event(form: Mapping[str, str], call_ref: str, ref: str) -> ProviderEventData:
    """StatusCallback of a stream; after an error it may run on (twilio.com/docs/voice/twiml/stream)."""
    happening = STREAM_EVENTS.get(form["StreamEvent"], "")
    news = StreamNews(
        status={"started": "live", "stopped": "stopped"}.get(happening, "unknown"),
        id=form["StreamSid"],
        name=form.get("StreamName", ""),
        ref=ref,
        is_proven=True,
        error=form.get("StreamError", "")[:200],
        happening=happening,
    )
    return ProviderEventData(
        dedup_key=f"{form['StreamSid']}:{form['StreamEvent']}",
        kind="stream",
        type=form["StreamEvent"],
        resource=form["CallSid"],
        call_ref=call_ref,
        occurred_at=parse_iso_time(form.get("Timestamp")),
        stream=news,
    )


def _recording_event(form: Mapping[str, str], call_ref: str) -> ProviderEventData:
    status, file = form["RecordingStatus"], _recording_file(form)
    is_ready = status == "completed" and file is not None
    return ProviderEventData(
        dedup_key=f"{form.get('RecordingSid', '')}:{status}",
        kind="recording" if is_ready else "other",
        type=f"recording-{status}",
        resource=form["CallSid"],
        call_ref=call_ref,
        occurred_at=parse_time(form.get("Timestamp")) or (file.ended_at if file else None),
        recording=file if is_ready else None,
        details=_details(form),
    )


def _recording_file(form: Mapping[str, str]) -> RecordingFile | None:
    """Without `expires_at`: Twilio keeps recordings until they are deleted."""
    if not form.get("RecordingSid") or not is_http_url(form.get("RecordingUrl")):
        return None
    started_at = parse_time(form.get("RecordingStartTime"))
    duration = parse_seconds(form.get("RecordingDuration"))
    return RecordingFile(
        id=form["RecordingSid"],
        url=form["RecordingUrl"],
        started_at=started_at,
        ended_at=end_of(started_at, duration),
        duration=duration,
    )


def _details(form: Mapping[str, str]) -> dict[str, str]:
    return non_empty_text(**{ours: form.get(theirs) for theirs, ours in DETAIL_FIELDS.items()})


def _dedup_hash(pairs: FormFields) -> str:
    text = "\0".join(f"{name}\0{value}" for name, value in sorted(set(pairs)))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
