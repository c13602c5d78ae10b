"""Meetings: what of their settings is shown, and to whom."""

import pytest

from sessions_app.livestreams.exceptions import LivestreamNotFound, NotPossible
from sessions_app.livestreams.meetings import (
    MASK,
    change_meeting,
    create_meeting,
    get_meeting,
    meeting_of_session,
    recording_config,
    replace_meeting,
)
from tests.sessions_app.factories import session

RTMP = {"live_streaming_config": {"rtmp_url": "rtmp://a.example/app/key"}, "max_seconds": 60}


def test_a_change_keeps_and_a_replacement_forgets(meeting):
    change_meeting(meeting, {"persist_chat": True, "recording_config": RTMP})
    change_meeting(meeting, {"title": "Later"})
    assert meeting.settings["persist_chat"] and meeting.secrets() == {"rtmp_url": "rtmp://a.example/app/key"}
    replace_meeting(meeting, {"title": "New"})
    assert (meeting.title, meeting.settings, meeting.secrets()) == ("New", {}, {})


def test_who_may_write_sees_the_target(meeting):
    change_meeting(meeting, {"recording_config": RTMP})
    assert recording_config(meeting, may_write=True) == RTMP
    masked = recording_config(meeting, may_write=False)
    assert masked == RTMP | {"live_streaming_config": {"rtmp_url": MASK}}
    change_meeting(meeting, {"recording_config": None})
    assert recording_config(meeting, may_write=True) is None and not meeting.secrets()


def test_it_is_bound_to_ones_own_session_only(app, account):
    from_another = session(account.__class__.objects.get(name="another tenant"))
    with pytest.raises(NotPossible):
        create_meeting(app, {"session_id": from_another.pk})
    made = create_meeting(app, {"session_id": session(account).pk})
    assert change_meeting(made, {"session_id": None}).session is None


def test_a_sessions_meeting_is_made_once(app, account):
    row = session(account, title="Talk")
    first = meeting_of_session(row)
    assert meeting_of_session(row) == first and (first.title, first.app) == ("Talk", app)


def test_of_another_app_there_is_none(app, meeting):
    with pytest.raises(LivestreamNotFound):
        get_meeting(app, app.pk)
