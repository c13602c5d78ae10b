"""A room of a LiveKit server: its state, its JSON, and when it is closed. Underscore fields are internal.

Source: github.com/livekit/protocol (livekit_models.proto, Room) and livekit's pkg/rtc/room.go (CloseIfEmpty).
"""

import secrets
import time
from typing import Any

# A server's defaults (s), from config-sample.yaml.
EMPTY_TIMEOUT, DEPARTURE_TIMEOUT = 300, 20


def closes_at(room: dict[str, Any]) -> float:
    """When an empty room is closed (Unix seconds); never while there are participants."""
    if room["_participants"]:
        return float("inf")
    if room["_last_left"]:
        return float(room["_last_left"] + room["departure_timeout"])
    return float(int(room["creation_time"]) + room["empty_timeout"])


def new_room(name: str) -> dict[str, Any]:
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
        "_participants": {},
        "_last_left": 0.0,
    }


def to_json(room: dict[str, Any]) -> dict[str, Any]:
    """The server's JSON: proto names, and empty fields too."""
    public = {name: value for name, value in room.items() if not name.startswith("_")}
    return public | {"num_participants": len(room["_participants"])}
