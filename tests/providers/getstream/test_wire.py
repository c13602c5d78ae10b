"""GetStream's wire format: times, links that expire, recordings, rooms, errors."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import UnknownOutcome
from providers.getstream.wire import link_expires_at, parse_time, read_error, read_recording, read_room

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [1795229957000000000, "2026-11-21T02:59:17Z", "2026-11-21T02:59:17+00:00", "2026-11-21T02:59:17"],
)
def test_times_come_in_nanoseconds_or_iso(written):
    assert parse_time(written) == datetime(2026, 11, 21, 2, 59, 17, tzinfo=UTC)


@pytest.mark.parametrize("written", [None, "", "soon", True, []])
def test_what_is_no_time_is_none(written):
    assert parse_time(written) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://x.example/r.mp4?Expires=1795262400&Signature=a&Key-Pair-Id=K",
            datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        ),
        (
            "https://x.example/r.mp4?X-Amz-Date=20261121T120000Z&X-Amz-Expires=60",
            NOON + timedelta(seconds=60),
        ),
        ("https://x.example/r.mp4?Policy=p&Signature=a&Key-Pair-Id=K", NOON + timedelta(days=14)),
        ("https://bucket.example/r.mp4", None),
        ("https://x.example/r.mp4?Expires=" + "9" * 400 + "&Signature=a", NOON + timedelta(days=14)),
        (
            "https://x.example/r.mp4?X-Amz-Date=today&X-Amz-Expires=60&X-Amz-Signature=a",
            NOON + timedelta(days=14),
        ),
    ],
)
def test_a_link_expires_when_its_signature_does(url, expected):
    assert link_expires_at(url, NOON) == expected


@pytest.mark.parametrize("found", [None, [], {}, {"filename": "a"}, {"url": "https://x.example/"}])
def test_what_is_no_recording_is_none(found):
    assert read_recording(found) is None


@pytest.mark.parametrize("body", [{}, {"call": None}, {"call": {"id": ""}}, {"call": []}])
def test_an_answer_without_a_call_is_an_unknown_outcome(body):
    with pytest.raises(UnknownOutcome):
        read_room(body)


def test_a_room_whose_session_ended_is_empty_since_then():
    session = {"id": "s1", "ended_at": "2026-11-21T12:00:00Z"}
    room = read_room({"call": {"id": "r1", "current_session_id": "s1", "session": session}})
    assert (room.is_live, room.session_id, room.empty_since) == (False, "", NOON)


def test_an_error_has_streams_code_and_its_page():
    assert read_error(400, {"code": 4, "message": "secret"})[:2] == ("4", "error 4 (400)")
    assert read_error(502, {}) == ("", "502", "")
