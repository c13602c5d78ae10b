"""A room whose events go to a customer's server."""

import uuid

import pytest

from tests.support.sandbox import SECRET
from tests.support.webhook_listener import listener

__all__ = ["listener"]


@pytest.fixture
def room(getstream, sandbox, listener):
    """A room of an app whose events go to the listener, with somebody in it."""
    sandbox.add_hook(getstream._key, SECRET, listener.url)
    room = getstream.open_room("default", uuid.uuid4().hex, created_by="h")
    sandbox.trigger(room.id, "joined")
    assert sorted(listener.types(3))[0] == "call.created"
    listener.requests.clear()
    return room
