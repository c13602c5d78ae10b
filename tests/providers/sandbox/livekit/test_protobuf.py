"""The protobuf codec, against LiveKit's own message classes."""

import pytest
from livekit import api

from providers.sandbox.livekit.messages import METHODS, ROOM
from providers.sandbox.livekit.protobuf import MalformedMessage, decode, encode

CREATE_REQUEST, _ = METHODS["CreateRoom"]


def test_a_message_of_the_package_is_decoded():
    message = api.CreateRoomRequest(name="ü", empty_timeout=300, metadata="{}", max_participants=200_000)
    assert decode(CREATE_REQUEST, message.SerializeToString()) == {
        "name": "ü",
        "empty_timeout": 300,
        "metadata": "{}",
        "max_participants": 200_000,
    }


def test_a_message_that_is_encoded_is_the_packages():
    room = {"sid": "RM_1", "name": "r", "creation_time": "1795229000", "num_participants": 2, "metadata": ""}
    parsed = api.Room()
    parsed.ParseFromString(encode(ROOM, room))
    assert (parsed.sid, parsed.name, parsed.creation_time, parsed.num_participants) == (
        "RM_1",
        "r",
        1795229000,
        2,
    )


def test_fields_that_are_not_described_are_skipped():
    assert decode({}, api.CreateRoomRequest(name="r", empty_timeout=5).SerializeToString()) == {}


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\x05ab", b"\xff", b"\x0b"])
def test_bytes_that_are_no_message_are_malformed(data):
    with pytest.raises(MalformedMessage):
        decode(CREATE_REQUEST, data)
