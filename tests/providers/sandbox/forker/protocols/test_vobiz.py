import json

from providers.sandbox.forker import ForkRequest
from providers.sandbox.forker.protocols.base import Checkpoint, Clear, Stop
from providers.sandbox.forker.protocols.vobiz import VobizStream


def stream(**fields):
    own = {"track": "both", "bidirectional": True, "encoding": "x-l16", "sample_rate": 16000}
    return VobizStream(ForkRequest("vobiz", "s1", "c1", "500025", "ws://localhost", **(own | fields)))


def test_the_messages_are_those_of_the_documentation():
    vobiz = stream()
    assert vobiz.opening() == (
        {
            "sequenceNumber": 0,
            "event": "start",
            "start": {
                "callId": "c1",
                "streamId": "s1",
                "accountId": "500025",
                "tracks": ["inbound", "outbound"],
                "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000},
            },
            "extra_headers": "{}",
        },
    )
    first, second = vobiz.media("inbound", 0, "AA=="), vobiz.media("outbound", 20, "AA==")
    assert int(second["media"].pop("timestamp")) - int(first["media"].pop("timestamp")) == 20
    assert first == {
        "sequenceNumber": 1,
        "streamId": "s1",
        "event": "media",
        "media": {"track": "inbound", "chunk": 1, "payload": "AA=="},
        "extra_headers": "{}",
    }
    assert (second["sequenceNumber"], second["media"]["chunk"]) == (2, 2)
    assert vobiz.played("p") == {"event": "playedStream", "name": "p"}
    assert vobiz.cleared() == {"event": "clearedAudio", "streamId": "s1"}
    assert vobiz.closing() == () and not vobiz.sends_dtmf


def test_its_parameters_are_json_in_a_string():
    assert json.loads(stream(parameters={"a": "b"}).opening()[0]["extra_headers"]) == {"a": "b"}


def test_the_commands_of_a_bot():
    vobiz = stream()
    assert vobiz.command({"event": "checkpoint", "streamId": "s1", "name": "p"}) == Checkpoint("p")
    assert vobiz.command({"event": "clearAudio", "streamId": "s1"}) == Clear()
    assert vobiz.command({"event": "stop", "streamId": "s1"}) == Stop()
    assert vobiz.command({"event": "sendDTMF", "dtmf": "1"}) is None, "that is Plivo's"


def test_a_one_way_stream_obeys_nothing():
    assert stream(bidirectional=False).command({"event": "stop", "streamId": "s1"}) is None
