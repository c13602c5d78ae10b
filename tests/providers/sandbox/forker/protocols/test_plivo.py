import pytest

from providers.sandbox.forker import ForkRequest
from providers.sandbox.forker.protocols.base import BadCommand, Dtmf
from providers.sandbox.forker.protocols.plivo import PlivoStream


def stream(**fields):
    return PlivoStream(
        ForkRequest("plivo", "s1", "c1", "MA1", "ws://localhost", **({"bidirectional": True} | fields))
    )


def test_every_message_has_its_number_from_one():
    plivo = stream()
    start, media, dtmf = plivo.opening()[0], plivo.media("inbound", 0, "AA=="), plivo.dtmf("5", 40)
    messages = (start, media, dtmf, plivo.played("p"), plivo.cleared())
    assert [message["sequenceNumber"] for message in messages] == [1, 2, 3, 4, 5]
    assert start["start"] == {
        "callId": "c1",
        "streamId": "s1",
        "accountId": "MA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
    }
    assert media["media"]["chunk"] == 1 and media["media"]["timestamp"].isdecimal()
    assert int(dtmf["dtmf"].pop("timestamp")) - int(media["media"]["timestamp"]) == 40
    assert dtmf == {
        "sequenceNumber": 3,
        "streamId": "s1",
        "event": "dtmf",
        "dtmf": {"track": "inbound", "digit": "5"},
        "extra_headers": "",
    }
    assert messages[3] == {"sequenceNumber": 4, "event": "playedStream", "streamId": "s1", "name": "p"}
    assert messages[4] == {"sequenceNumber": 5, "event": "clearedAudio", "streamId": "s1"}


def test_its_parameters_are_headers_in_a_string():
    assert stream(parameters={"a": "b", "c": "d"}).opening()[0]["extra_headers"] == "a=b;c=d"


def test_the_keys_that_a_bot_presses():
    assert stream().command({"event": "sendDTMF", "dtmf": "12*#"}) == Dtmf("12*#")
    for digits in ("", "12a", None):
        with pytest.raises(BadCommand):
            stream().command({"event": "sendDTMF", "dtmf": digits})
    assert stream().command({"event": "stop", "streamId": "s1"}) is None, "that is Vobiz's"
