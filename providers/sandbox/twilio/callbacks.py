"""Twilio's callbacks, written and signed as Twilio does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from providers.sandbox.callback_queue import OutgoingEvent
from providers.twilio.signature import FORM_CONTENT_TYPE, signature


def status_callback(
    call: Mapping[str, Any], token: str, event: str, status: str, number: int
) -> OutgoingEvent:
    """The request to StatusCallback; `event` is initiated, ringing, answered or completed."""
    form = _call_fields(call) | {
        "CallStatus": status,
        "SequenceNumber": str(number),
        "Timestamp": format_datetime(datetime.now(UTC)),
        "CallbackSource": "call-progress-events",
        "Called": call["to"],
        "Caller": call["from"],
        "From": call["from"],
        "To": call["to"],
        "Direction": call["direction"],
    }
    if call["answered_by"]:
        form["AnsweredBy"] = call["answered_by"]
    if event == "completed":
        seconds = int(call["duration"] or 0)
        form |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60)), "SipResponseCode": "200"}
    return _signed_callback(call["_callback"], token, form, event)


def detection_callback(call: Mapping[str, Any], token: str) -> OutgoingEvent:
    """The request to AsyncAmdStatusCallback."""
    form = _call_fields(call) | {"AnsweredBy": call["answered_by"], "MachineDetectionDuration": "2400"}
    return _signed_callback(call["_detection_callback"], token, form, "answered-by")


def recording_callback(
    call: Mapping[str, Any], token: str, recording: Mapping[str, Any], base_url: str
) -> OutgoingEvent:
    """The request to RecordingStatusCallback; RecordingUrl is that of the recording's resource."""
    path = f"/2010-04-01/Accounts/{call['account_sid']}/Recordings/{recording['sid']}"
    form = _call_fields(call) | {
        "RecordingSid": recording["sid"],
        "RecordingUrl": base_url + path,
        "RecordingStatus": recording["status"],
        "RecordingDuration": recording["duration"],
        "RecordingChannels": "1",
        "RecordingStartTime": recording["start_time"],
        "RecordingSource": recording["source"],
    }
    return _signed_callback(call["_recording_callback"], token, form, f"recording-{recording['status']}")


def instructions_request(call: Mapping[str, Any], token: str) -> tuple[dict[str, str], dict[str, str]]:
    """Form and headers of the request to Url, which answers TwiML."""
    form = _call_fields(call) | {"CallStatus": "in-progress", "Direction": call["direction"]}
    form |= {"From": call["from"], "To": call["to"]}
    return form, {"X-Twilio-Signature": signature(token, call["_url"], list(form.items()))}


def stream_callback(row: Mapping[str, Any], token: str, event: str, error: str) -> OutgoingEvent:
    """The request to a stream's StatusCallback; `event` is stream-started, stream-stopped or stream-error.

    Source: twilio.com/docs/voice/twiml/stream, statusCallback.
    """
    form = {
        "AccountSid": row["account_sid"],
        "CallSid": row["call_sid"],
        "StreamSid": row["sid"],
        "StreamName": row["name"],
        "StreamEvent": event,
        "Timestamp": datetime.now(UTC).isoformat(),
    }
    form |= {"StreamError": error or "connection lost"} if event == "stream-error" else {}
    sent = _signed_callback(row["_callback"], token, form, event)
    return replace(sent, resource=row["sid"])


def _call_fields(call: Mapping[str, Any]) -> dict[str, str]:
    return {"AccountSid": call["account_sid"], "ApiVersion": call["api_version"], "CallSid": call["sid"]}


def _signed_callback(url: str, token: str, form: dict[str, str], event: str) -> OutgoingEvent:
    headers = {
        "Content-Type": FORM_CONTENT_TYPE,
        "X-Twilio-Signature": signature(token, url, list(form.items())),
    }
    return OutgoingEvent(event, form["CallSid"], url, headers, urlencode(form).encode())
