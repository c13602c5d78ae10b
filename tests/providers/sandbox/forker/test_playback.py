from array import array

import pytest

from providers.sandbox.forker import playback as module
from providers.sandbox.forker.playback import Playback, QueueFull

SECOND = array("h", [500] * 8000).tobytes()


@pytest.fixture
def playback():
    playback = Playback()
    yield playback
    playback.recording.close()


def test_a_checkpoint_is_reached_when_what_was_before_it_has_been_played(playback):
    playback.add(SECOND[:960], "x-l16", 8000, "little")
    playback.checkpoint("half")
    playback.add(SECOND[:320], "x-l16", 8000, "little")
    playback.checkpoint("all")
    assert [list(playback.play_frame()) for _ in range(5)] == [[], [], ["half"], ["all"], []]


def test_a_checkpoint_of_an_empty_queue_is_reached_at_once(playback):
    playback.checkpoint("now")
    assert list(playback.play_frame()) == ["now"]


def test_clear_empties_the_queue_and_names_what_is_not_reached(playback):
    playback.add(SECOND, "x-l16", 8000, "little")
    playback.checkpoint("never")
    playback.play_frame()
    assert playback.clear() == ["never"]
    assert playback.queued_seconds == 0
    assert list(playback.play_frame()) == []
    assert playback.recording.seconds == 0.02


def test_what_was_played_is_recorded(playback):
    playback.play_frame()
    playback.add(b"\x80\x00" * 200, "x-mulaw", 8000, "little")
    for _ in range(4):
        playback.play_frame()
    assert playback.recording.pcm() == bytes(320) + array("h", [32124, -32124] * 200).tobytes()


def test_audio_of_another_rate_is_converted_to_that_of_the_first(playback):
    playback.add(SECOND, "x-l16", 8000, "little")
    playback.add(SECOND + SECOND, "x-l16", 16000, "little")
    assert (playback.queued_seconds, playback.recording.rate) == (2, 8000)


def test_the_queue_is_bounded(playback, monkeypatch):
    monkeypatch.setattr(module, "MAX_QUEUED_SECONDS", 2)
    monkeypatch.setattr(module, "MAX_CHECKPOINTS", 1)
    playback.add(SECOND * 2, "x-l16", 8000, "little")
    playback.checkpoint("one")
    with pytest.raises(QueueFull, match="more than 2 s"):
        playback.add(b"\x00", "x-mulaw", 8000, "little")
    with pytest.raises(QueueFull, match="checkpoints"):
        playback.checkpoint("two")
    assert playback.queued_seconds == 2
