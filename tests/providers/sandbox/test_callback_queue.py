"""The sandbox tells of what happens as the vendors do: signed like them, and as badly delivered as you like."""

import gzip
import hashlib
import hmac
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl

import pytest
import requests
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from tests.providers.conftest import SECRET

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


class Listener:
    """A customer's server: what it was sent, in order; it refuses the first `fail` requests with a 500."""

    def __init__(self):
        self.heard, self.fail = [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                outer.fail -= 1
                self.send_response(500 if outer.fail >= 0 else 204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?call=c1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        until = time.monotonic() + 5
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
        assert len(self.heard) == count, self.heard
        return self.heard

    def words(self, count):
        return [parse_qs(body.decode())["CallStatus"][0] for _, _, body in self.wait(count)]

    def types(self, count):
        return [json.loads(plain(body))["type"] for _, _, body in self.wait(count)]


def plain(body):
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.server.shutdown()


@pytest.fixture
def room(getstream, sandbox, listener):
    """A room of an app whose events go to the listener, with somebody in it."""
    sandbox.add_hook(getstream._key, SECRET, listener.url)
    room = getstream.open_room("default", uuid.uuid4().hex, created_by="h")
    sandbox.trigger(room.id, "joined")
    assert sorted(listener.types(3))[0] == "call.created"
    listener.heard.clear()
    return room


def test_twilios_callbacks_are_signed_so_that_twilios_own_package_believes_them(twilio, sandbox, listener):
    call = twilio.make_call(**NUMBERS, status_callback=listener.url, record=True)
    listener.wait(3)
    twilio.end_call(call.id)
    listener.wait(4)
    sandbox.trigger(call.id, "recorded", seconds=7)
    for path, headers, body in listener.wait(5):
        url, form = listener.url.partition("/hook")[0] + path, QueryDict(body)
        assert RequestValidator(SECRET).validate(url, form, headers["x-twilio-signature"])
        assert form["CallSid"] == call.id
    forms = [dict(parse_qsl(body.decode())) for _, _, body in listener.heard]
    assert [form.get("SequenceNumber") for form in forms] == ["0", "1", "2", "3", None]
    assert [form.get("CallStatus") for form in forms[:4]] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert (forms[4]["RecordingStatus"], forms[4]["RecordingDuration"]) == ("completed", "7")


def test_what_was_not_asked_for_is_not_told(twilio, sandbox, listener, sandbox_url, account_sid):
    twilio.end_call(twilio.make_call(**NUMBERS).id)
    form = {"To": "+14155550111", "From": "+14155550100", "Twiml": "<R/>", "StatusCallback": listener.url}
    path = f"{sandbox_url}/2010-04-01/Accounts/{account_sid}/Calls.json"
    sid = requests.post(path, form, auth=(account_sid, SECRET), timeout=5).json()["sid"]
    sandbox.trigger(sid, "busy")
    assert listener.words(1) == ["busy"], "the end only, by default"


def test_streams_webhooks_are_signed_over_the_body_before_it_is_zipped(getstream, room, listener, sandbox):
    sandbox.trigger(room.id, "left")
    sandbox.trigger(room.id, "joined")
    getstream.end_room("default", room.id)
    sandbox.trigger(room.id, "recorded")
    getstream.delete_room("default", room.id)
    told = listener.types(7)
    assert sorted(told) == sorted(
        ["call.session_ended", "call.session_started", "call.session_participant_joined", "call.ended"]
        + ["call.session_ended", "call.recording_ready", "call.deleted"]
    )
    for _, headers, body in listener.heard:
        assert headers["x-signature"] == hmac.new(SECRET.encode(), plain(body), hashlib.sha256).hexdigest()
        assert headers["content-encoding"] == "gzip"
    assert len({headers["x-webhook-id"] for _, headers, _ in listener.heard}) == 7
    assert [e["status"] for e in sandbox.callbacks(room.id)] == [204] * 10


def test_a_session_begins_with_the_first_who_joins_and_ends_with_the_last(getstream, room, listener, sandbox):
    sandbox.trigger(room.id, "joined")
    assert listener.types(1) == ["call.session_participant_joined"], "the session is under way"
    sandbox.trigger(room.id, "left")
    sandbox.trigger(room.id, "left")
    getstream.end_room("default", room.id)
    assert sorted(listener.types(3)[1:]) == ["call.ended", "call.session_ended"], "one end of the session"


def test_stream_tries_again_under_the_same_id(room, listener, sandbox):
    listener.fail = 2
    sandbox.trigger(room.id, "left")
    heard = listener.wait(3)
    assert [headers["x-webhook-attempt"] for _, headers, _ in heard] == ["1", "2", "3"]
    assert len({headers["x-webhook-id"] for _, headers, _ in heard}) == 1


def test_events_come_twice_backwards_late_and_when_they_are_let(twilio, listener, sandbox):
    sandbox.set_delivery(copies=2, hold=True)
    call = twilio.make_call(**NUMBERS, status_callback=listener.url)
    time.sleep(0.1)
    assert not listener.heard
    assert sandbox.release(reverse=True) == 6
    assert listener.words(6) == ["in-progress"] * 2 + ["ringing"] * 2 + ["initiated"] * 2
    sandbox.set_delivery(delay_ms=300)
    began = time.monotonic()
    twilio.end_call(call.id)
    assert listener.words(7)[-1] == "completed"
    assert time.monotonic() - began > 0.3


def test_what_the_sandbox_is_asked_wrongly_it_says(sandbox_url, twilio):
    sid = twilio.make_call(**NUMBERS).id
    ask = lambda path, body: requests.post(f"{sandbox_url}/_sandbox{path}", json=body, timeout=5).status_code  # noqa: E731
    assert ask("/happen", {"id": sid, "what": "explode"}) == 400
    assert ask("/happen", {"what": "completed"}) == 400
    assert ask("/happen", {"id": "nobody", "what": "completed"}) == 404
    assert ask("/hooks", {"key": "k"}) == 400
