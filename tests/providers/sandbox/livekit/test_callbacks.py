"""LiveKit's webhooks: written in protojson, and signed so that LiveKit's own receiver accepts them."""

import time

from livekit import api

from providers.sandbox.livekit.callbacks import egress_event, room_event
from providers.sandbox.livekit.room import new_room, to_json
from tests.support.sandbox import SECRET

HOOK = {"key": "key", "secret": SECRET, "url": "https://x.example/hook"}


def received(event):
    receiver = api.WebhookReceiver(api.TokenVerifier("key", SECRET))
    return receiver.receive(event.body.decode(), event.headers["Authorization"])


def test_a_room_event_leaves_out_empty_fields():
    event = room_event(HOOK, "room_started", to_json(new_room("r")))
    assert b"numParticipants" not in event.body and b"emptyTimeout" in event.body
    assert (received(event).event, received(event).room.name, event.resource) == ("room_started", "r", "r")


def test_a_recording_is_an_egress_without_a_room():
    file = {"name": "f", "made": time.time(), "seconds": 60}
    found = received(egress_event(HOOK, to_json(new_room("r")), file, "https://x.example/f.mp4"))
    assert found.egress_info.room_name == "r" and not found.room.name
    assert found.egress_info.file_results[0].location == "https://x.example/f.mp4"
