"""GetStream's resources, as the adapter's own parser reads them."""

import time

from providers.getstream.wire import read_recording, read_room
from providers.sandbox.getstream.resources import call_recording, new_room, room_response


def test_a_new_room_has_no_session():
    room = read_room(room_response(new_room("default", "r1", {})))
    assert (room.id, room.type, room.is_live, room.empty_since) == ("r1", "default", False, None)
    assert read_room(room_response(new_room("livestream", "r1", {}))).backstage


def test_a_recording_has_a_link_that_expires():
    file = {"name": "f", "made": time.time(), "seconds": 60, "life": 3600}
    recording = read_recording(call_recording(file, "https://x.example"))
    assert recording is not None and recording.duration == 60
    assert recording.expires_at is not None
    assert abs(recording.expires_at.timestamp() - time.time() - 3600) < 5
