"""A LiveKit room's timers."""

import time

from providers.sandbox.livekit.room import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT, closes_at, new_room, to_json


def test_an_empty_room_closes_after_its_timers():
    room = new_room("r")
    assert closes_at(room) == int(room["creation_time"]) + EMPTY_TIMEOUT
    room["_participants"]["anna"] = {}
    assert closes_at(room) == float("inf")
    room["_participants"].clear()
    room["_last_left"] = now = time.time()
    assert closes_at(room) == now + DEPARTURE_TIMEOUT


def test_internal_fields_are_not_shown():
    shown = to_json(new_room("r"))
    assert shown["num_participants"] == 0 and not any(name.startswith("_") for name in shown)
