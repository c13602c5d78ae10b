"""How the demo judges a call with forked audio: what is missing is told."""

from collections import Counter
from types import SimpleNamespace

import pytest

from calls.demo.audio_story import ENDED, EXPECTED_EVENTS, STOPPED, AudioStory


@pytest.fixture
def story():
    """As it is after a run in which all went well."""
    effects = {("start_stream", "leg"): 2, ("stop_stream", "s1"): 1}
    sandbox = SimpleNamespace(effects=lambda *key: effects.get(key, 0))
    story = AudioStory(SimpleNamespace(sandbox=sandbox))
    story._leg = "leg"
    for which, id, outcome in ((STOPPED, "s1", "stopped"), (ENDED, "s2", "not_running")):
        story.streams[which] = {"status": "stopped", "outcome": outcome, "provider_stream_id": id}
        story.frames[which], story.seconds_to_close[which] = 25, 0.1
        story.webhooks[which] = [{"type": name, "valid": True} for name in EXPECTED_EVENTS]
        story.callbacks[which] = Counter(["StartStream", "StopStream"])
    return story


def failed(story):
    return [text for text, passed in story.checks() if not passed]


def test_a_run_in_which_all_went_well(story):
    assert failed(story) == []


def test_a_stream_that_is_left_running(story):
    story.left = {"vobiz": ["s2"]}
    assert failed(story) == ["no stream runs at the sandbox: ['s2']"]


def test_a_socket_that_stays_open_too_long(story):
    story.seconds_to_close[ENDED] = 1.5
    assert failed(story) == ["ended with the call: its socket was closed after 1.50 s"]


def test_an_event_that_came_twice(story):
    story.webhooks[STOPPED].append({"type": "stream.stopped", "valid": True})
    (text,) = failed(story)
    assert text.startswith("stopped: each webhook came once")
