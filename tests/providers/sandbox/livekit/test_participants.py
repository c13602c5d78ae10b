"""Participants at the sandbox's LiveKit, asked for by LiveKit's official package."""

import uuid

import pytest
from livekit import api

from tests.support.livekit_sdk import call_api


@pytest.fixture
def server(sandbox_url, sandbox):
    key, name = f"API{uuid.uuid4().hex}", uuid.uuid4().hex

    def call(act):
        return call_api(sandbox_url, key, lambda client: act(client.room))

    call(lambda room: room.create_room(api.CreateRoomRequest(name=name)))
    sandbox.trigger(name, "joined", identity="anna")
    call.room = name
    return call


def identity(server, who="anna"):
    return api.RoomParticipantIdentity(room=server.room, identity=who)


def test_a_participant_is_read_changed_and_disconnected(server):
    assert server(lambda room: room.get_participant(identity(server))).identity == "anna"
    change = api.UpdateParticipantRequest(room=server.room, identity="anna", metadata="vip", name="Anna")
    changed = server(lambda room: room.update_participant(change))
    assert (changed.metadata, changed.name) == ("vip", "Anna")
    server(lambda room: room.remove_participant(identity(server)))
    listed = server(lambda room: room.list_participants(api.ListParticipantsRequest(room=server.room)))
    assert list(listed.participants) == []


@pytest.mark.parametrize("method", ["get_participant", "remove_participant"])
def test_a_participant_that_is_not_there_is_not_found(server, method):
    with pytest.raises(api.TwirpError) as refused:
        server(lambda room: getattr(room, method)(identity(server, "nobody")))
    assert (refused.value.code, refused.value.status) == ("not_found", 404)
