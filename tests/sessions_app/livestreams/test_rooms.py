"""Which room a meeting is."""

import pytest

from liveplatform.accounts.models import Connection
from providers.errors import NotConfigured
from sessions_app.livestreams.exceptions import NotPossible
from sessions_app.livestreams.meetings import create_meeting, get_meeting
from sessions_app.livestreams.rooms import connection_of, room_of
from sessions_app.models import App, Session


def test_a_room_is_made_once(meeting, studio):
    first = room_of(meeting)
    again = room_of(get_meeting(meeting.app, meeting.pk))
    assert (first.type, first.id) == (again.type, again.id) == ("room", f"r-meeting-{meeting.pk.hex}")
    assert studio.count("room") == 1 and first.call is None


def test_of_two_first_starts_at_once_both_have_one_room(meeting, studio):
    """Though its provider makes another room each time."""
    slower = get_meeting(meeting.app, meeting.pk)
    first = room_of(meeting)
    studio.rooms.clear()
    studio.rooms[f"meeting-{meeting.pk.hex}"] = "another"
    assert room_of(slower).id == first.id == get_meeting(meeting.app, meeting.pk).room_id


def test_a_room_whose_connection_was_deleted_is_made_anew(meeting, connection, account, studio):
    room_of(meeting)
    connection.delete()
    made = Connection(account=account, provider="studio")
    made.set_secrets({"api_key": "k"})
    made.save()
    room = room_of(get_meeting(meeting.app, meeting.pk))
    assert (room.connection, studio.count("room")) == (made, 2)


def test_a_sessions_room_is_its_calls(app, live_session, studio):
    made = create_meeting(app, {"session_id": live_session.pk})
    room = room_of(get_meeting(app, made.pk))
    assert (room.type, room.id, room.call) == ("default", "the-room", live_session.call)
    Session.objects.update(status="ended")
    with pytest.raises(NotPossible):
        room_of(get_meeting(app, made.pk))
    assert not studio.asked


def test_the_apps_own_connection_comes_first(app, account, connection):
    other = Connection.objects.create(account=account, provider="studio", is_default=False)
    assert connection_of(app) == connection
    app.connection = other
    assert connection_of(app) == other


def test_without_a_connection_that_broadcasts(account, studio):
    with pytest.raises(NotConfigured):
        connection_of(App.objects.create(account=account, name="x"))
