"""The stories that other apps add to the demo."""

from calls.demo.audio_story import AudioStory
from calls.demo.stories import stories
from sessions_app.demo.story import SessionStory


def test_the_settings_name_them():
    found = stories(scenario=None)
    assert [type(story) for story in found] == [SessionStory, AudioStory]
    assert all(story.moments == [] for story in found)
