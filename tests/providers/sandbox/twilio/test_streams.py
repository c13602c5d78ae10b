"""Twilio's streams at the sandbox: callbacks signed for Twilio's own package, and what is refused."""

import uuid
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from providers.errors import Rejected
from providers.streams import AudioFork, StreamRef
from tests.support.sandbox import SECRET
from tests.support.webhook_listener import listener

__all__ = ["listener"]


@pytest.fixture
def call_id(twilio):
    return twilio.make_call(to="+14155550111", from_="+14155550100").id


def fork(**fields):
    more = {"name": uuid.uuid4().hex, "service_url": "wss://bot.example/ws", "encoding": "x-mulaw"}
    return AudioFork(**more | fields)


def test_its_callbacks_are_signed_and_read_by_our_adapter(twilio, sandbox, listener, call_id):
    started = twilio.start_fork(call_id, asked := fork(status_callback=listener.url))
    listener.wait(1)
    twilio.stop_fork(StreamRef(call_id, id=started.id))
    for (path, headers, body), happening in zip(listener.wait(2), ("started", "stopped"), strict=True):
        url = listener.url.partition("/hook")[0] + path
        assert RequestValidator(SECRET).validate(url, QueryDict(body), headers["x-twilio-signature"])
        event = twilio.read_event(url, headers, body)
        assert (event.kind, event.resource, event.stream.happening) == ("stream", call_id, happening)
        assert (event.stream.id, event.stream.name) == (started.id, asked.name)
    assert [each["type"] for each in sandbox.callbacks(started.id)] == ["stream-started", "stream-stopped"]


def test_a_lost_connection_is_an_error(twilio, sandbox, listener, call_id):
    started = twilio.start_fork(call_id, fork(status_callback=listener.url))
    listener.wait(1)
    sandbox.trigger(started.id, "dropped")
    form = dict(parse_qsl(listener.wait(2)[1][2].decode()))
    assert (form["StreamEvent"], form["StreamError"]) == ("stream-error", "connection lost")


def test_the_end_of_the_call_is_told_as_a_stop(twilio, listener, call_id):
    twilio.start_fork(call_id, fork(status_callback=listener.url))
    listener.wait(1)
    twilio.end_call(call_id)
    assert b"stream-stopped" in listener.wait(2)[1][2]


def test_a_stream_of_no_call_or_to_no_socket_is_refused(twilio, call_id):
    for call, asked in (("CA0", fork()), (call_id, fork(service_url="https://bot.example"))):
        with pytest.raises(Rejected):
            twilio.start_fork(call, asked)
