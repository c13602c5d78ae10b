from array import array

from providers.sandbox.forker.codec import decode
from providers.sandbox.forker.speech import Speech, conversation
from providers.sandbox.forker.wav import Audio

AUDIO = Audio(8000, array("h", range(400)), array("h", range(1000, 1400)))


def test_frames_are_of_20_ms_and_the_last_is_filled():
    frames = Speech(AUDIO, loop=False).frames("inbound", "x-l16", 8000, "little")
    assert decode(frames.frame(0), "x-l16", "little") == array("h", range(160))
    assert decode(frames.frame(2), "x-l16", "little") == array("h", [*range(320, 400), *[0] * 80])
    assert frames.frame(3) == bytes(320), "silence follows"


def test_a_loop_begins_again():
    frames = Speech(AUDIO).frames("outbound", "x-mulaw", 8000, "little")
    assert frames.frame(3) == frames.frame(0) != frames.frame(1)


def test_forks_of_one_speech_share_its_frames():
    speech = Speech(AUDIO)
    first = speech.frames("inbound", "x-mulaw", 8000, "big")
    assert speech.frames("inbound", "x-mulaw", 8000, "big") is first
    assert speech.frames("inbound", "x-l16", 16000, "big").size == 640


def test_the_made_up_conversation_is_audible_in_turns():
    audio = conversation().audio
    assert max(audio.inbound) > 4000 and max(audio.outbound) > 4000
    both = [i for i, (a, b) in enumerate(zip(audio.inbound, audio.outbound, strict=True)) if a and b]
    assert both == [], "one speaks while the other listens"
