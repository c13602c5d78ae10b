"""The stories that other apps add to the demo."""

from calls.demo.stories import stories
from sessions_app.demo.story import SessionStory


def test_the_settings_name_them():
    (story,) = stories(scenario=None)
    assert isinstance(story, SessionStory) and story.moments == []
