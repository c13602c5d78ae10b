"""The client of the control API."""

import pytest
import requests

from providers.sandbox.client import SandboxClient

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


def test_it_sees_a_call_and_a_room_as_they_are_stored(sandbox, twilio, getstream):
    call = twilio.make_call(**NUMBERS)
    assert sandbox.call(call.id)["_sent"] == 0, "with the fields that the vendor does not show"
    room = getstream.open_room("default", f"room-{call.id}", created_by="h")
    assert sandbox.room("default", room.id)["cid"] == f"default:{room.id}"
    with pytest.raises(requests.HTTPError):
        sandbox.call("CA0")


def test_a_reset_removes_faults(sandbox, twilio):
    sandbox.add_fault("create_call", "500", times=None)
    sandbox.reset()
    assert twilio.make_call(**NUMBERS).id


def test_an_address_may_end_with_a_slash(sandbox_url):
    assert isinstance(SandboxClient(sandbox_url + "/").live(), dict)


def test_calls_say_what_it_is_given(sandbox):
    assert isinstance(sandbox.forks(), list) and sandbox.forks("CA0") == []
    with pytest.raises(requests.HTTPError):
        sandbox.speak(b"no WAV", call_id="CA0")
    with pytest.raises(requests.HTTPError):
        sandbox.speak(file="hello.wav")
    sandbox.reset_speech("CA0")
    for ask in (sandbox.fork, sandbox.fork_recording, sandbox.stop_fork):
        with pytest.raises(requests.HTTPError):
            ask("none")
    with pytest.raises(requests.HTTPError):
        sandbox.press_keys("none", "1")
