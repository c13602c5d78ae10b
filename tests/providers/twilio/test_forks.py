"""Twilio's media streams: what is sent equals what the official package sends; stopped by SID or by name."""

import uuid
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException

from providers.errors import Rejected, UnknownOutcome
from providers.registry import build_adapter
from providers.streams import AudioFork, ForksAudio, ListsForks, StreamRef
from providers.twilio.forks import read_stream
from tests.support.request_recorder import recorder
from tests.support.sandbox import SECRET
from tests.support.twilio_sdk import official

SID = "AC" + "1" * 32
NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


def fork(**fields):
    more = {"name": uuid.uuid4().hex, "service_url": "wss://bot.example/ws", "encoding": "x-mulaw"}
    return AudioFork(**more | fields)


def ours(url):
    return build_adapter("twilio", {"account_sid": SID, "auth_token": SECRET}, base_url=url, key=url)


@pytest.fixture
def call_id(twilio):
    return twilio.make_call(**NUMBERS).id


def test_it_forks_and_cannot_list(twilio):
    assert isinstance(twilio, ForksAudio) and not isinstance(twilio, ListsForks)


def test_a_stream_is_stopped_by_its_sid_once(twilio, sandbox, call_id):
    started = twilio.start_fork(call_id, asked := fork())
    assert (started.status, started.name) == ("live", asked.name)
    assert started.id in sandbox.live_streams()["twilio"]
    assert twilio.stop_fork(StreamRef(call_id, id=started.id)) == "stopped"
    assert twilio.stop_fork(StreamRef(call_id, id=started.id)) == "not_running"
    assert sandbox.effects("stop_stream", started.id) == 1


def test_a_stream_whose_sid_was_lost_is_stopped_by_our_name(twilio, sandbox, call_id):
    sandbox.add_fault("start_stream", "act_then_timeout", resource=call_id)
    with pytest.raises(UnknownOutcome):
        twilio.start_fork(call_id, asked := fork())
    assert twilio.stop_fork(StreamRef(call_id, name=asked.name)) == "stopped"
    assert twilio.stop_fork(StreamRef(call_id, name="never started")) == "not_running"


def test_a_second_stream_of_one_name_is_refused(twilio, call_id):
    twilio.start_fork(call_id, asked := fork())
    with pytest.raises(Rejected):
        twilio.start_fork(call_id, asked)


def test_the_end_of_a_call_ends_its_streams(twilio, sandbox, call_id):
    started = twilio.start_fork(call_id, fork())
    twilio.end_call(call_id)
    assert started.id not in sandbox.live_streams()["twilio"]
    assert twilio.stop_fork(StreamRef(call_id, id=started.id)) == "not_running"
    with pytest.raises(Rejected):
        twilio.start_fork(call_id, fork())


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "bad_json", "500", "json_200"])
def test_a_stop_whose_answer_was_lost_is_an_unknown_outcome(twilio, sandbox, call_id, fault):
    started = twilio.start_fork(call_id, fork())
    sandbox.add_fault("stop_stream", fault, resource=started.id)
    with pytest.raises(UnknownOutcome):
        twilio.stop_fork(StreamRef(call_id, id=started.id))


def test_the_official_package_works_against_the_sandbox(sandbox_url, account_sid):
    client = official(sandbox_url, account_sid)
    call = client.calls.create(**NUMBERS, twiml="<Response/>")
    started = client.calls(call.sid).streams.create(url="wss://bot.example/ws", name="mine")
    assert (started.status, started.name) == ("in-progress", "mine")
    assert client.calls(call.sid).streams("mine").update(status="stopped").sid == started.sid
    with pytest.raises(TwilioRestException) as raised:
        client.calls(call.sid).streams(started.sid).update(status="stopped")
    assert (raised.value.status, raised.value.code) == (404, 20404)


@pytest.mark.parametrize("track", ["inbound", "outbound", "both"])
def test_what_is_sent_equals_what_the_official_package_sends(track):
    asked = fork(
        track=track, status_callback="https://us.example/e?stream=1", parameters={"a": "1", "b c": "ü"}
    )
    with recorder({"sid": "MZ1", "status": "in-progress", "name": asked.name}) as (url, seen):
        streams = official(url, SID).calls("CA1").streams
        streams.create(
            url=asked.service_url,
            name=asked.name,
            track=f"{track}_tracks" if track == "both" else f"{track}_track",
            status_callback=asked.status_callback,
            status_callback_method="POST",
            parameter1_name="a",
            parameter1_value="1",
            parameter2_name="b c",
            parameter2_value="ü",
        )
        ours(url).start_fork("CA1", asked)
        official(url, SID).calls("CA1").streams("MZ1").update(status="stopped")
        ours(url).stop_fork(StreamRef("CA1", id="MZ1", name=asked.name))
    sent = [(s.method, s.path, s.headers["authorization"], sorted(parse_qsl(s.body.decode()))) for s in seen]
    assert sent[0] == sent[1]
    assert sent[2] == sent[3]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"bidirectional": True, "track": "inbound"}, "<Connect><Stream>"),
        ({"encoding": "x-l16"}, "x-mulaw"),
        ({"sample_rate": 16000}, "x-mulaw"),
        ({"service_url": "ws://bot.example/ws"}, "wss://"),
        ({"parameters": {str(n): "" for n in range(100)}}, "99"),
        ({"parameters": {"a": "1" * 500}}, "500"),
    ],
)
def test_what_it_cannot_do_has_a_reason(fields, word):
    assert word in ours("").fork_complaint(fork(**fields))


def test_what_it_can_do_has_none():
    assert ours("").fork_complaint(fork()) == ""
    assert ours("http://127.0.0.1:9").fork_complaint(fork(service_url="ws://127.0.0.1:8/ws")) == ""


@pytest.mark.parametrize(("status", "outcome"), [("stopped", "stopped"), ("in-progress", "accepted")])
def test_a_stop_that_is_not_over_is_accepted(status, outcome):
    with recorder({"sid": "MZ1", "status": status}) as (url, _):
        assert ours(url).stop_fork(StreamRef("CA1", id="MZ1")) == outcome


@pytest.mark.parametrize("odd", [{}, {"sid": 5}, {"sid": "MZ1"}, {"sid": "", "status": "stopped"}])
def test_an_answer_that_is_no_stream_is_an_unknown_outcome(odd):
    with pytest.raises(UnknownOutcome):
        read_stream(odd)
    with pytest.raises(UnknownOutcome):
        read_stream({"sid": "MZ1", "status": "in-progress", "name": "another"}, "mine")
