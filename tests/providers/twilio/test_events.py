"""Twilio's callbacks: the published vectors, the official validator as judge, and what is read from them."""

import hashlib
from datetime import UTC, datetime

import pytest

from providers.errors import BadSignature, Rejected
from providers.twilio.events import parse
from providers.twilio.signature import signature
from tests.support.twilio_events import TOKEN, URL, VECTOR, WITH_PORT, event

JSON = b'{"property": "value", "boolean": true}'


@pytest.mark.parametrize("url", [URL, URL.replace(".com", ".com:443")])
@pytest.mark.parametrize("given", [VECTOR, WITH_PORT])
def test_an_address_is_verified_with_and_without_its_port(url, given):
    assert event(url=url, given=given).resource == "CA1234567890ABCDE"


def test_a_body_of_json_is_verified_by_its_hash():
    url = f"{URL}&bodySHA256={hashlib.sha256(JSON).hexdigest()}"
    headers = {"x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4=", "content-type": "application/json"}
    with pytest.raises(Rejected) as raised:  # signed well, but no event of a call
        parse(TOKEN, url, headers, JSON)
    assert raised.value.code == "malformed"
    with pytest.raises(BadSignature):
        parse(TOKEN, url, headers, JSON + b" ")
    with pytest.raises(BadSignature):
        parse(TOKEN, url, headers | {"x-twilio-signature": VECTOR}, JSON)


def test_a_json_callback_is_read_like_a_form():
    body = b'{"CallSid": "CA1", "CallStatus": "busy", "SequenceNumber": "2", "Other": 5}'
    url = f"https://x.example/?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {
        "X-Twilio-Signature": signature(TOKEN, url, []),
        "Content-Type": "application/json; charset=UTF-8",
    }
    assert parse(TOKEN, url, headers, body).dedup_key == "CA1:2:busy"


STATUS = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "CallStatus": "completed",
    "SequenceNumber": "3",
    "Timestamp": "Sat, 21 Nov 2026 07:00:05 +0000",
    "CallDuration": "65",
    "Duration": "2",
    "From": "+14155550100",
    "To": "+14155550111",
    "CallbackSource": "call-progress-events",
    "SipResponseCode": "200",
}


def test_a_status_callback_is_read():
    found = event(STATUS, "https://x.example/v1/providers/1/events?call=ours")
    assert (found.dedup_key, found.kind, found.type, found.resource) == (
        "CA1:3:completed",
        "call_status",
        "completed",
        "CA1",
    )
    assert (found.status, found.raw_status, found.sequence, found.duration) == ("ended", "completed", 3, 65)
    assert found.ended_at == found.occurred_at == datetime(2026, 11, 21, 7, 0, 5, tzinfo=UTC)
    assert found.call_ref == "ours"
    assert found.details == {"sip_code": "200"}, "no numbers"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("initiated", "queued"),
        ("queued", "queued"),
        ("ringing", "ringing"),
        ("in-progress", "live"),
        ("busy", "ended"),
        ("no-answer", "ended"),
        ("failed", "ended"),
        ("canceled", "ended"),
        ("teleported", "unknown"),
    ],
)
def test_statuses_are_normalised(raw, status):
    found = event(STATUS | {"CallStatus": raw})
    assert (found.status, found.type, found.ended_at is None) == (status, raw, status != "ended")
    assert found.raw_status == ("queued" if raw == "initiated" else raw), "the word of the REST API"


@pytest.mark.parametrize(
    ("said", "answered_by"),
    [
        ("human", "human"),
        ("machine_start", "machine"),
        ("machine_end_beep", "machine"),
        ("machine", "machine"),
        ("fax", "fax"),
        ("unknown", "unknown"),
        ("robot", "unknown"),
    ],
)
def test_the_result_of_machine_detection_is_read(said, answered_by):
    found = event({"CallSid": "CA1", "AccountSid": "AC1", "AnsweredBy": said})
    assert (found.kind, found.status, found.raw_status) == ("answered_by", "live", "")
    assert (found.answered_by, found.raw_answered_by) == (answered_by, said)
    assert event(STATUS | {"AnsweredBy": said}).answered_by == answered_by, "in later callbacks too"


def test_a_callback_without_a_number_is_known_by_what_it_says():
    one = {name: STATUS[name] for name in ("CallSid", "CallStatus", "CallDuration")}
    assert (
        event(one).dedup_key
        == event(dict(reversed(one.items()))).dedup_key
        != event(one | {"CallDuration": "66"}).dedup_key
    )


RECORDING = {
    "CallSid": "CA1",
    "RecordingSid": "RE1",
    "RecordingUrl": "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
    "RecordingStatus": "completed",
    "RecordingDuration": "60",
    "RecordingStartTime": "Sat, 21 Nov 2026 07:00:00 +0000",
}


def test_a_recording_callback_is_read():
    found = event(RECORDING)
    assert (found.dedup_key, found.kind, found.type, found.resource) == (
        "RE1:completed",
        "recording",
        "recording-completed",
        "CA1",
    )
    assert (found.recording.id, found.recording.duration) == ("RE1", 60)
    assert found.recording.ended_at == datetime(2026, 11, 21, 7, 1, tzinfo=UTC)
    assert found.recording.expires_at is None


@pytest.mark.parametrize("status", ["in-progress", "absent", "failed"])
def test_a_recording_that_is_not_ready_is_none(status):
    found = event(RECORDING | {"RecordingStatus": status, "ErrorCode": "16101"})
    assert (found.kind, found.recording, found.dedup_key) == ("other", None, f"RE1:{status}")
    assert found.details["error_code"] == "16101"


def test_the_last_status_may_bring_the_recording_along():
    found = event(STATUS | {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/r/RE1"})
    assert (found.kind, found.recording.id) == ("call_status", "RE1")


def test_what_is_not_known_is_an_event_all_the_same():
    found = event({"CallSid": "CA1", "CallbackSource": "something-new"})
    assert (found.kind, found.type, found.resource) == ("other", "something-new", "CA1")
    with pytest.raises(Rejected):
        event({"MessageSid": "SM1"})


STREAM = {
    "AccountSid": "AC1",
    "CallSid": "CA1",
    "StreamSid": "MZ1",
    "StreamName": "9b2f5b1c0f1e4c6c8a5f3f6b7a1d2e3f",
    "StreamEvent": "stream-started",
    "Timestamp": "2026-11-21T06:59:00.123456Z",
}


@pytest.mark.parametrize(
    ("told", "status", "happening"),
    [
        ("stream-started", "live", "started"),
        ("stream-stopped", "stopped", "stopped"),
        ("stream-error", "unknown", "dropped"),
    ],
)
def test_a_streams_callback_is_proven_by_its_signature(told, status, happening):
    found = event(STREAM | {"StreamEvent": told, "StreamError": "no answer"})
    assert (found.kind, found.type, found.resource) == ("stream", told, "CA1")
    assert found.occurred_at == datetime(2026, 11, 21, 6, 59, 0, 123456, tzinfo=UTC)
    news = found.stream
    assert (news.id, news.name, news.status, news.happening) == (
        "MZ1",
        STREAM["StreamName"],
        status,
        happening,
    )
    assert news.is_proven and news.error == "no answer" and not found.is_unsigned
    assert found.dedup_key == event(STREAM | {"StreamEvent": told, "Timestamp": "later"}).dedup_key
