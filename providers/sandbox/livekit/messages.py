"""The protobuf messages of LiveKit's room service.

Source: github.com/livekit/protocol, livekit_room.proto and livekit_models.proto
"""

from providers.sandbox.livekit.protobuf import Message

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
# Method of the service: its request and its response message.
METHODS: dict[str, tuple[Message, Message]] = {
    "CreateRoom": (CREATE_ROOM, ROOM),
    "ListRooms": ({1: ("names", "texts")}, {1: ("rooms", ROOM)}),
    "DeleteRoom": ({1: ("room", "text")}, {}),
    "ListParticipants": ({1: ("room", "text")}, {1: ("participants", PARTICIPANT)}),
    "UpdateRoomMetadata": ({1: ("room", "text"), 2: ("metadata", "text")}, ROOM),
}
