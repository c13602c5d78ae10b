"""Callbacks of Plivo and Vobiz: nothing in them is believed but what cannot be asked for."""

import uuid
from urllib.parse import urlencode

import pytest

from providers.errors import BadSignature, Rejected
from providers.plivo import events
from providers.plivo.signature import Signature, base_url, sign

TOKEN, STREAM = "t", uuid.uuid4()
BASE = "https://us.example/v1/providers/1/events"
CALL = {"CallUUID": "c1", "From": "14155550100", "To": "14155550111", "CallStatus": "completed"}
TOLD = {
    "Event": "StartStream",
    "CallUUID": "c1",
    "StreamID": "s1",
    "Error": "",
    "Timestamp": "2026-11-22 02:00:00",
}


def read(form, url=f"{BASE}?stream={STREAM}", nonce="1" * 20, token=TOKEN):
    signed = {"X-Vobiz-Signature-V2": sign(token, base_url(url), nonce), "X-Vobiz-Signature-V2-Nonce": nonce}
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    return events.parse(Signature("vobiz"), TOKEN, url, signed if nonce else {}, body)


@pytest.mark.parametrize(("event", "happening"), list(events.STREAM_EVENTS.items()))
def test_a_streams_callback_is_a_reason_to_look(event, happening):
    found = read(TOLD | {"Event": event, "Name": "greeting"})
    assert (found.kind, found.type, found.resource) == ("stream", event, "c1")
    assert not found.stream.is_proven and not found.is_unsigned
    assert (found.stream.id, found.stream.ref, found.stream.happening) == ("s1", STREAM.hex, happening)
    assert found.stream.checkpoint == "greeting"


@pytest.mark.parametrize("status", ["ringing", "in-progress", "completed", "busy"])
def test_a_calls_callback_is_a_reason_to_look(status):
    found = read(CALL | {"CallStatus": status, "Event": "Hangup"}, f"{BASE}?call=7")
    assert (found.kind, found.status, found.raw_status, found.call_ref) == ("look", "unknown", "", "7")
    assert found.details["status"] == status
    assert "14155550111" not in str(found.details)


def test_who_answered_is_taken_from_a_signed_callback_alone():
    form = CALL | {"CallStatus": "in-progress", "Machine": "true"}
    found = read(form, f"{BASE}?call=7")
    assert (found.kind, found.answered_by, found.raw_answered_by) == (
        "answered_by",
        "machine",
        "Machine=true",
    )
    assert read(form | {"Machine": "false"}, f"{BASE}?call=7").answered_by == "human"
    assert (read(form, f"{BASE}?call=7", nonce="").kind, found.status) == ("look", "live")


def test_a_nonce_is_one_event_whatever_the_body_says():
    assert read(TOLD).dedup_key == read(TOLD | {"Event": "StopStream"}).dedup_key
    assert read(TOLD).dedup_key != read(TOLD, nonce="2" * 20).dedup_key


def test_unsigned_ones_that_say_the_same_are_one_within_seconds(monkeypatch):
    monkeypatch.setattr(events.time, "time", lambda: 1_000_000.0)
    keys = {read(TOLD | {"Timestamp": str(n), "Name": str(n)}, nonce="").dedup_key for n in range(9)}
    assert len(keys) == 1
    monkeypatch.setattr(events.time, "time", lambda: 1_000_010.0)
    assert read(TOLD, nonce="").dedup_key not in keys
    assert read(TOLD, nonce="").is_unsigned


def test_a_signature_of_somebody_else_is_refused():
    with pytest.raises(BadSignature):
        read(TOLD, token="another")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 300, b"", b"Event=StartStream", b"CallUUID=c1"])
def test_a_body_that_is_about_nothing_is_malformed(body):
    with pytest.raises(Rejected) as raised:
        read(body, BASE)
    assert raised.value.code == "malformed"
