"""Events as the vendors write and sign them: Twilio's callbacks, GetStream's webhooks."""

import gzip
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from providers.sandbox.callback_queue import OutgoingEvent
from providers.twilio.events import FORM_CONTENT_TYPE, signature


def status_callback(call: Mapping[str, Any], token: str, event: str, word: str, number: int) -> OutgoingEvent:
    """What Twilio posts to StatusCallback; `event` is initiated, ringing, answered or completed."""
    form = _call_fields(call) | {
        "CallStatus": word,
        "SequenceNumber": str(number),
        "Timestamp": format_datetime(datetime.now(UTC)),
        "CallbackSource": "call-progress-events",
        "Called": call["to"],
        "Caller": call["from"],
        "From": call["from"],
        "To": call["to"],
        "Direction": call["direction"],
    }
    if event == "completed":
        seconds = int(call["duration"] or 0)
        form |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60)), "SipResponseCode": "200"}
    return _signed_callback(call["_callback"], token, form, event)


def recording_callback(
    call: Mapping[str, Any], token: str, recording: Mapping[str, Any], base_url: str
) -> OutgoingEvent:
    """What Twilio posts to RecordingStatusCallback; the address of a recording is its resource's own."""
    form = _call_fields(call) | {
        "RecordingSid": recording["sid"],
        "RecordingUrl": base_url
        + f"/2010-04-01/Accounts/{call['account_sid']}/Recordings/{recording['sid']}",
        "RecordingStatus": recording["status"],
        "RecordingDuration": recording["duration"],
        "RecordingChannels": "1",
        "RecordingStartTime": recording["start_time"],
        "RecordingSource": recording["source"],
    }
    return _signed_callback(call["_recording_callback"], token, form, f"recording-{recording['status']}")


def getstream_event(app: Mapping[str, Any], kind: str, room: Mapping[str, Any], **more: Any) -> OutgoingEvent:  # noqa: ANN401
    """What Stream posts to an app's webhook: signed before it is zipped, tried three times."""
    event = {"type": kind, "created_at": time.time_ns(), "call_cid": room["cid"]} | more
    if kind != "call.recording_ready":
        event["call"] = room
    body = json.dumps(event).encode()
    headers = {
        "Content-Type": "application/json",
        "X-API-KEY": app["key"],
        "X-WEBHOOK-ID": secrets.token_hex(16),
        "X-SIGNATURE": hmac.new(app["secret"].encode(), body, hashlib.sha256).hexdigest(),
    }
    if app["zip"]:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    return OutgoingEvent(
        kind, room["id"], app["url"], headers, body, tries=3, attempt_header="X-WEBHOOK-ATTEMPT"
    )


def _call_fields(call: Mapping[str, Any]) -> dict[str, str]:
    return {"AccountSid": call["account_sid"], "ApiVersion": call["api_version"], "CallSid": call["sid"]}


def _signed_callback(url: str, token: str, form: dict[str, str], event: str) -> OutgoingEvent:
    headers = {
        "Content-Type": FORM_CONTENT_TYPE,
        "X-Twilio-Signature": signature(token, url, list(form.items())),
    }
    return OutgoingEvent(event, form["CallSid"], url, headers, urlencode(form).encode())
