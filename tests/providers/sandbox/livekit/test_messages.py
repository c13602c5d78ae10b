"""Requests in JSON: proto names, or the camelCase names that proto3 allows."""

import pytest

from providers.sandbox.livekit.messages import METHODS, read_json


def test_both_spellings_of_a_name_are_one():
    assert read_json(b'{"emptyTimeout": 5, "max_participants": 2}') == {
        "empty_timeout": 5,
        "max_participants": 2,
    }


def test_an_empty_body_is_an_empty_request():
    assert read_json(b"") == read_json(b"[]") == {}
    with pytest.raises(ValueError):
        read_json(b"{")


def test_every_method_has_its_messages():
    assert {"CreateRoom", "ListParticipants", "GetParticipant", "RemoveParticipant"} <= METHODS.keys()
