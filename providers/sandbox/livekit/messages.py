"""The protobuf messages of LiveKit's room service.

Source: github.com/livekit/protocol, livekit_room.proto and livekit_models.proto
"""

import json
import re
from typing import Any

from providers.sandbox.livekit.protobuf import Kind, Message

ROOM: Message = {
    1: ("sid", "text"),
    2: ("name", "text"),
    3: ("empty_timeout", "number"),
    4: ("max_participants", "number"),
    5: ("creation_time", "number"),
    8: ("metadata", "text"),
    9: ("num_participants", "number"),
    10: ("active_recording", "flag"),
    11: ("num_publishers", "number"),
    14: ("departure_timeout", "number"),
    15: ("creation_time_ms", "number"),
}
PARTICIPANT: Message = {
    1: ("sid", "text"),
    2: ("identity", "text"),
    5: ("metadata", "text"),
    6: ("joined_at", "number"),
    9: ("name", "text"),
}
CREATE_ROOM: Message = {
    1: ("name", "text"),
    2: ("empty_timeout", "number"),
    3: ("max_participants", "number"),
    5: ("metadata", "text"),
    10: ("departure_timeout", "number"),
}
ROOM_PARTICIPANT: dict[int, tuple[str, Kind]] = {1: ("room", "text"), 2: ("identity", "text")}
# Method of the service: its request and its response message.
METHODS: dict[str, tuple[Message, Message]] = {
    "CreateRoom": (CREATE_ROOM, ROOM),
    "ListRooms": ({1: ("names", "texts")}, {1: ("rooms", ROOM)}),
    "DeleteRoom": ({1: ("room", "text")}, {}),
    "ListParticipants": ({1: ("room", "text")}, {1: ("participants", PARTICIPANT)}),
    "GetParticipant": (ROOM_PARTICIPANT, PARTICIPANT),
    "RemoveParticipant": (ROOM_PARTICIPANT, {}),
    "UpdateParticipant": (ROOM_PARTICIPANT | {3: ("metadata", "text"), 5: ("name", "text")}, PARTICIPANT),
    "UpdateRoomMetadata": ({1: ("room", "text"), 2: ("metadata", "text")}, ROOM),
}


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON request with proto names; proto3's JSON may have camelCase names (emptyTimeout) as well.

    Raises ValueError for what is not JSON.
    """
    document = json.loads(body or b"{}")
    if not isinstance(document, dict):
        return {}
    return {re.sub("[A-Z]", _to_snake_case, name): value for name, value in document.items()}


def _to_snake_case(capital: re.Match[str]) -> str:
    return f"_{capital[0].lower()}"
