import pytest

from providers.sandbox.forker import ForkRequest
from providers.sandbox.forker.protocols.base import BadCommand, Checkpoint, Clear, Play
from providers.sandbox.forker.protocols.twilio import TwilioStream


def stream(**fields):
    own = {"bidirectional": True, "parameters": {"first": "1"}}
    return TwilioStream(ForkRequest("twilio", "MZ1", "CA1", "AC1", "ws://localhost", **(own | fields)))


def test_the_messages_are_those_of_the_documentation():
    twilio = stream()
    connected, start = twilio.opening()
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start == {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"first": "1"},
        },
        "streamSid": "MZ1",
    }
    assert twilio.media("inbound", 40, "AA==") == {
        "event": "media",
        "sequenceNumber": "2",
        "media": {"track": "inbound", "chunk": "1", "timestamp": "40", "payload": "AA=="},
        "streamSid": "MZ1",
    }
    dtmf = {"track": "inbound_track", "digit": "1"}
    assert twilio.dtmf("1", 60) == {"event": "dtmf", "sequenceNumber": "3", "dtmf": dtmf, "streamSid": "MZ1"}
    mark = {"event": "mark", "sequenceNumber": "4", "mark": {"name": "m"}, "streamSid": "MZ1"}
    assert twilio.played("m") == mark
    stop = {"accountSid": "AC1", "callSid": "CA1"}
    assert twilio.closing() == ({"event": "stop", "sequenceNumber": "5", "stop": stop, "streamSid": "MZ1"},)
    assert twilio.cleared() is None


def test_the_commands_of_a_bot():
    twilio = stream()
    media = {"event": "media", "streamSid": "MZ1", "media": {"payload": "/w=="}}
    assert twilio.command(media) == Play(b"\xff", "x-mulaw", 8000)
    assert twilio.command({"event": "mark", "streamSid": "MZ1", "mark": {"name": "m"}}) == Checkpoint("m")
    assert twilio.command({"event": "clear", "streamSid": "MZ1"}) == Clear()
    assert twilio.command({"event": "stop"}) is None


def test_another_stream_is_refused():
    with pytest.raises(BadCommand, match="streamSid"):
        stream().command({"event": "clear", "streamSid": "MZ2"})


def test_a_one_way_stream_obeys_nothing_and_tells_of_no_keys():
    one_way = stream(bidirectional=False)
    assert one_way.command({"event": "clear", "streamSid": "MZ1"}) is None
    assert not one_way.sends_dtmf
