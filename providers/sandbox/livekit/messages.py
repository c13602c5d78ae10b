"""The protobuf messages of LiveKit's room and egress services.

Source: github.com/livekit/protocol, livekit_room.proto, livekit_models.proto and livekit_egress.proto
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
STREAM_PROTOCOLS = ("DEFAULT_PROTOCOL", "RTMP", "SRT", "WEBSOCKET")
STREAM_OUTPUT: Message = {1: ("protocol", STREAM_PROTOCOLS), 2: ("urls", "texts")}
SEGMENT_OUTPUT: Message = {
    2: ("filename_prefix", "text"),
    3: ("playlist_name", "text"),
    11: ("live_playlist_name", "text"),
}
ROOM_COMPOSITE: Message = {
    1: ("room_name", "text"),
    2: ("layout", "text"),
    12: ("stream_outputs", STREAM_OUTPUT),
    13: ("segment_outputs", SEGMENT_OUTPUT),
}
EGRESS_STATUSES = (
    *("EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING", "EGRESS_COMPLETE"),
    *("EGRESS_FAILED", "EGRESS_ABORTED", "EGRESS_LIMIT_REACHED"),
)
EGRESS: Message = {
    1: ("egress_id", "text"),
    2: ("room_id", "text"),
    3: ("status", EGRESS_STATUSES),
    4: ("room_composite", ROOM_COMPOSITE),
    9: ("error", "text"),
    10: ("started_at", "number"),
    11: ("ended_at", "number"),
    13: ("room_name", "text"),
    18: ("updated_at", "number"),
}
LIST_EGRESS: Message = {1: ("room_name", "text"), 2: ("egress_id", "text"), 3: ("active", "flag")}
# Method of a service: its request and its response message.
METHODS: dict[str, tuple[Message, Message]] = {
    "CreateRoom": (CREATE_ROOM, ROOM),
    "ListRooms": ({1: ("names", "texts")}, {1: ("rooms", ROOM)}),
    "DeleteRoom": ({1: ("room", "text")}, {}),
    "ListParticipants": ({1: ("room", "text")}, {1: ("participants", PARTICIPANT)}),
    "GetParticipant": (ROOM_PARTICIPANT, PARTICIPANT),
    "RemoveParticipant": (ROOM_PARTICIPANT, {}),
    "UpdateParticipant": (ROOM_PARTICIPANT | {3: ("metadata", "text"), 5: ("name", "text")}, PARTICIPANT),
    "StartRoomCompositeEgress": (ROOM_COMPOSITE, EGRESS),
    "StopEgress": ({1: ("egress_id", "text")}, EGRESS),
    "ListEgress": (LIST_EGRESS, {1: ("items", EGRESS)}),
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
