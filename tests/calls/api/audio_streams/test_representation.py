"""Streams and calls in the vendors' words."""

import pytest

from calls.api.audio_streams.representation import ShownCall, ShownStream, StreamPage
from calls.models import Call, MediaStream


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("starting", "in-progress"),
        ("live", "in-progress"),
        ("stopping", "in-progress"),
        ("stopped", "completed"),
        ("failed", "failed"),
    ],
)
def test_the_status_of_a_stream(status, shown):
    assert ShownStream(MediaStream(status=status), "/", True).status == shown


def test_a_stream_has_ended_only_when_it_is_over():
    one = MediaStream(status="stopping", stopped_at="then")
    assert ShownStream(one, "/", True).end_time is None


@pytest.mark.parametrize(
    ("direction", "shown"), [("inbound", "inbound"), ("outbound-api", "outbound"), ("", "outbound")]
)
def test_the_direction_of_a_call(direction, shown):
    assert ShownCall(Call(direction=direction)).direction == shown


def test_a_live_call_is_not_queued():
    assert ShownCall(Call(status="live", provider_status="queued")).call_status == "ringing"
    assert ShownCall(Call(status="scheduled")).call_status == "queued"


@pytest.mark.parametrize(
    ("offset", "page", "neighbours"),
    [
        (0, 1, (None, "/?limit=2&offset=2")),
        (2, 2, ("/?limit=2&offset=0", "/?limit=2&offset=4")),
        (4, 3, ("/?limit=2&offset=2", None)),
    ],
)
def test_the_place_of_a_page(offset, page, neighbours):
    one = StreamPage([], total=5, limit=2, offset=offset, base="/")
    assert (one.page, (one.previous, one.next)) == (page, neighbours)
