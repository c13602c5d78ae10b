"""A room of a LiveKit server: as it is kept, as it is shown, and how long it stays open.

Source: github.com/livekit/protocol (livekit_models.proto, Room) and livekit's pkg/rtc/room.go (CloseIfEmpty).
"""

import secrets
import time
from typing import Any

# What a server closes empty rooms after if it is not told otherwise (config-sample.yaml).
EMPTY_TIMEOUT, DEPARTURE_TIMEOUT = 300, 20


def closes_at(room: dict[str, Any]) -> float:
    """When it is closed for want of people (Unix seconds)."""
    if room["_people"]:
        return float("inf")
    if room["_left"]:
        return float(room["_left"] + room["departure_timeout"])
    return float(int(room["creation_time"]) + room["empty_timeout"])


def new_room(name: str) -> dict[str, Any]:
    """A room that was just made."""
    now = time.time()
    return {
        "sid": f"RM_{secrets.token_hex(6)}",
        "name": name,
        "empty_timeout": EMPTY_TIMEOUT,
        "departure_timeout": DEPARTURE_TIMEOUT,
        "max_participants": 0,
        "creation_time": str(int(now)),
        "creation_time_ms": str(int(now * 1000)),
        "turn_password": "",
        "enabled_codecs": [],
        "metadata": "",
        "num_publishers": 0,
        "active_recording": False,
        "version": None,
        "_people": {},
        "_left": 0.0,
    }


def to_json(room: dict[str, Any]) -> dict[str, Any]:
    """As the server's JSON has it: proto names, and fields that are empty too."""
    shown = {name: held for name, held in room.items() if not name.startswith("_")}
    return shown | {"num_participants": len(room["_people"])}
