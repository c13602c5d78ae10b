"""Twilio: the official package works against the sandbox, and our adapter sends what it sends."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException

from providers.base import LegOptions
from providers.errors import Rejected
from providers.registry import build_adapter
from tests.support.sandbox import SECRET
from tests.support.twilio_sdk import official

SID = "AC" + "1" * 32


def test_the_official_package_creates_reads_lists_and_ends_a_call(sandbox_url, sandbox, account_sid):
    client = official(sandbox_url, account_sid)
    call = client.calls.create(to="+14155550111", from_="+14155550100", twiml="<Response/>")
    assert call.status == "queued"
    assert client.calls(call.sid).fetch().status == "in-progress"
    assert [c.sid for c in client.calls.list(to="+14155550111")] == [call.sid]
    assert client.calls(call.sid).update(status="completed").status == "completed"
    assert sandbox.effects("end_call", call.sid) == 1
    with pytest.raises(TwilioRestException) as raised:
        client.calls(call.sid).update(status="completed")
    assert (raised.value.status, raised.value.code) == (400, 21220)
    with pytest.raises(TwilioRestException) as raised:
        official(sandbox_url, account_sid, "another token").calls(call.sid).fetch()
    assert (raised.value.status, raised.value.code) == (401, 20003)


@pytest.fixture
def recorder():
    """A server that writes down what it was sent and answers with a call."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append(
                (
                    self.command,
                    self.path,
                    self.headers["Authorization"],
                    self.headers["Content-Type"],
                    sorted(parse_qsl(body)),
                )
            )
            answer = b'{"sid": "CA1", "status": "completed"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()


def test_what_we_send_is_what_the_official_package_sends(recorder):
    url, seen = recorder
    events = ["initiated", "ringing", "answered", "completed"]
    client = official(url, SID)
    client.calls("CA1").update(status="completed")
    client.calls.create(
        to="+14155550111",
        from_="+14155550100",
        twiml="<Response/>",
        send_digits="12",
        status_callback="https://x.example/",
        status_callback_event=events,
    )
    client.calls.create(
        to="+14155550111",
        from_="+14155550100",
        twiml="<Response/>",
        status_callback="https://x.example/",
        status_callback_event=events,
        record=True,
        recording_status_callback="https://x.example/",
        recording_status_callback_event=["completed"],
    )
    client.calls.create(to="+14155550111", from_="+14155550100", url="https://x.example/voice")
    client.calls.create(
        to="+14155550111",
        from_="+14155550100",
        url="https://x.example/voice",
        status_callback="https://x.example/",
        status_callback_event=events,
        machine_detection="DetectMessageEnd",
        async_amd="true",
        async_amd_status_callback="https://x.example/",
        time_limit=90,
    )
    theirs, seen[:] = list(seen), []

    ours = build_adapter("twilio", {"account_sid": SID, "auth_token": SECRET}, base_url=url)
    ours.end_call("CA1")
    ours.make_call(
        to="+14155550111",
        from_="+14155550100",
        twiml="<Response/>",
        status_callback="https://x.example/",
        options=LegOptions(send_digits="12"),
    )
    ours.make_call(
        to="+14155550111",
        from_="+14155550100",
        twiml="<Response/>",
        status_callback="https://x.example/",
        options=LegOptions(record=True),
    )
    ours.make_call(to="+14155550111", from_="+14155550100", url="https://x.example/voice")
    ours.make_call(
        to="+14155550111",
        from_="+14155550100",
        url="https://x.example/voice",
        status_callback="https://x.example/",
        options=LegOptions(machine_detection="detect_message_end", time_limit=90),
    )

    assert seen == theirs


def test_a_call_that_does_not_exist_is_refused_not_taken_for_ended(twilio):
    with pytest.raises(Rejected) as raised:
        twilio.end_call("CA" + "f" * 32)
    assert raised.value.code == "20404"
    assert raised.value.help_url.endswith("/20404")


def test_calls_whose_answer_was_lost_are_found_by_their_numbers(twilio, sandbox):
    before = datetime.now(UTC) - timedelta(seconds=2)
    call = twilio.make_call(to="+14155550199", from_="+14155550100")
    twilio.make_call(to="+14155550198", from_="+14155550100")
    assert [leg.id for leg in twilio.find_calls(to="+14155550199", from_="+14155550100", since=before)] == [
        call.id
    ]
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert twilio.find_calls(to="+14155550199", from_="+14155550100", since=later) == []


def test_what_runs_at_twilio_is_listed_over_all_its_pages(twilio, monkeypatch):
    monkeypatch.setattr("providers.twilio.adapter.PAGE_SIZE", 2)
    made = [twilio.make_call(to="+14155550111", from_="+14155550100").id for _ in range(5)]
    twilio.end_call(made[0])
    assert twilio.live_ids() == frozenset(made[1:])
