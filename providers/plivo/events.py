"""Callbacks of Plivo and Vobiz about calls and streams: what they say is not believed, but looked at.

A signature, where there is one, covers the address and not the form (providers/plivo/signature.py). So a
callback has the call, or the stream, checked at once. Only what cannot be asked for is taken from one with a
valid signature: who answered, and which checkpoint of a stream was played.

Sources: docs.vobiz.ai/xml/stream (stream callbacks), docs.vobiz.ai/xml/request and
plivo.com/docs/voice/xml/request.
"""

import time
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlsplit

from providers.errors import Rejected
from providers.events import (
    ProviderEventData,
    StreamHappening,
    StreamNews,
    lower_keys,
    non_empty_text,
)
from providers.plivo.signature import Signature
from providers.streams import stream_in

# The parameter of our callback URLs that holds our id of the call.
CALL_PARAMETER = "call"
STATUSES = {"started": "live", "stopped": "stopped", "dropped": "stopped"}
STREAM_EVENTS: dict[str, StreamHappening] = {
    "StartStream": "started",
    "StopStream": "stopped",
    "DroppedStream": "dropped",
    "DegradedStream": "degraded",
    "PlayedStream": "played",
    "ClearedAudio": "cleared",
}
# Stored as details; no phone numbers.
DETAIL_FIELDS = {
    "CallStatus": "status",
    "HangupCause": "hangup_cause",
    "HangupCauseName": "hangup_cause_name",
    "HangupSource": "hangup_source",
    "Duration": "duration",
    "BillDuration": "bill_duration",
    "Machine": "machine",
}
MAX_FORM_FIELDS = 200
# Unsigned callbacks that say the same within so many seconds are one.
UNSIGNED_WINDOW = 5


def parse(
    signature: Signature, token: str, url: str, headers: Mapping[str, str], body: bytes
) -> ProviderEventData:
    """The event in a request. Raises BadSignature for one that bears a signature of somebody else.

    A nonce is used once, so a request with a valid signature cannot be repeated with another body.
    """
    form = _form(body, signature.company)
    nonce = signature.verify(token, url, lower_keys(headers), form)
    event = form.get("Event") or form.get("CallStatus") or ("MachineDetection" if "Machine" in form else "")
    call_ref = parse_qs(urlsplit(url).query).get(CALL_PARAMETER, [""])[-1]
    call_id, stream_id = form.get("CallUUID", ""), form.get("StreamID", "")
    about = stream_in(url) or call_ref or stream_id or call_id
    if not event or not about:
        raise Rejected(f"A callback of {signature.company} about no call and no stream.", code="malformed")
    happening = STREAM_EVENTS.get(event, "")
    is_machine = form.get("Machine", "").lower()
    is_detection = bool(nonce) and not happening and is_machine in ("true", "false")
    return ProviderEventData(
        dedup_key=f"nonce:{nonce}" if nonce else _unsigned_key(about, event),
        kind="stream" if happening else "answered_by" if is_detection else "look",
        type=event,
        resource=call_id,
        call_ref=call_ref,
        status="live" if is_detection else "unknown",
        answered_by={"true": "machine", "false": "human"}[is_machine] if is_detection else "",
        raw_answered_by=f"Machine={is_machine}" if is_detection else "",
        stream=_news(form, stream_in(url), happening) if happening else None,
        is_unsigned=not nonce,
        details=non_empty_text(**{ours: form.get(theirs) for theirs, ours in DETAIL_FIELDS.items()}),
    )


def _news(form: Mapping[str, str], name: str, happening: StreamHappening) -> StreamNews:
    return StreamNews(
        status=STATUSES.get(happening, "unknown"),
        id=form.get("StreamID", ""),
        name=name,
        ref=name,
        error=form.get("Error", "")[:200],
        happening=happening,
        checkpoint=form.get("Name", "")[:200],
    )


def _form(body: bytes, company: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS))
    except ValueError as error:
        raise Rejected(f"A callback of {company} that is not a form.", code="malformed") from error


def _unsigned_key(about: str, event: str) -> str:
    """The same for all that say so within a window: nobody can fill the table with them."""
    what = event if event in STREAM_EVENTS else "call"
    return f"unsigned:{about}:{what}:{int(time.time()) // UNSIGNED_WINDOW}"
