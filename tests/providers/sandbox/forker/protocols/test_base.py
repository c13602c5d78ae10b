import pytest

from providers.sandbox.forker.protocols.base import BadCommand, checkpoint_command, play_command


@pytest.mark.parametrize(
    "media",
    [
        None,
        {},
        {"payload": 5},
        {"payload": "no base64!", "contentType": "audio/x-l16", "sampleRate": 8000},
        {"payload": "AAAA", "contentType": "audio/x-l16", "sampleRate": 44100},
        {"payload": "AAAA", "contentType": "audio/x-mulaw", "sampleRate": 16000},
        {"payload": "AAAA", "contentType": "audio/mpeg", "sampleRate": 8000},
        {"payload": "AAAA", "contentType": "audio/x-l16"},
        {"payload": "AAAA", "contentType": "audio/x-l16", "sampleRate": [8000]},
    ],
)
def test_audio_that_no_vendor_would_play_is_refused(media):
    with pytest.raises(BadCommand):
        play_command(media)


@pytest.mark.parametrize(
    ("kind", "rate"), [("audio/x-l16", 24000), ("audio/x-mulaw", "8000"), ("x-l16;rate=8000", 8000)]
)
def test_audio_that_is_played(kind, rate):
    play = play_command({"payload": "AAE=", "contentType": kind, "sampleRate": rate})
    assert (play.payload, play.rate) == (b"\0\1", int(rate))


@pytest.mark.parametrize("name", [None, "", 5, "x" * 1001])
def test_a_checkpoint_needs_a_name(name):
    with pytest.raises(BadCommand):
        checkpoint_command(name)
