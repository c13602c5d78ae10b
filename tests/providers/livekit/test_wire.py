"""LiveKit's wire format: names and numbers in both spellings, rooms, files, errors."""

from datetime import UTC, datetime

import pytest

from providers.errors import UnknownOutcome
from providers.livekit.wire import parse_time, read_error, read_field, read_int, read_recording, read_room


def test_a_field_is_read_by_its_proto_or_its_json_name():
    assert read_field({"num_participants": 1}, "num_participants") == 1
    assert read_field({"numParticipants": 2}, "num_participants") == 2
    assert read_field({}, "num_participants") is None


@pytest.mark.parametrize(
    ("value", "expected"), [("7", 7), (7, 7), ("-7", 0), ("9" * 30, 0), (None, 0), ("²", 0), (2**63, 0)]
)
def test_a_number_is_a_string_or_a_number(value, expected):
    assert read_int({"n": value}, "n") == expected


def test_zero_is_no_time():
    assert (parse_time(0), parse_time(1e30)) == (None, None)
    assert parse_time(1795229957) == datetime(2026, 11, 21, 2, 59, 17, tzinfo=UTC)


@pytest.mark.parametrize("document", [None, [], {}, {"name": ""}, {"name": 5}])
def test_what_is_no_room_is_an_unknown_outcome(document):
    with pytest.raises(UnknownOutcome):
        read_room("", document)


def test_a_file_without_a_link_is_no_recording():
    assert read_recording({"filename": "a.mp4", "location": "/out/a.mp4"}) is None
    file = read_recording({"location": "https://x.example/a.mp4"})
    assert file is not None and (file.id, file.duration) == ("https://x.example/a.mp4", None)


def test_a_refusal_without_json_has_no_code():
    assert read_error(401, {}) == ("", "401", "")
    assert read_error(404, {"code": "not_found"})[0] == "not_found"
