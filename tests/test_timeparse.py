"""Times and ages as people write them; everything else is refused with an example."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from liveplatform.timeparse import parse_time


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
    ],
)
def test_an_age_counts_back_from_now(text, age):
    assert abs(timezone.now() - age - parse_time(text)) < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["2026-11-21T10:00Z", "2026-11-21T12:00+02:00", "2026-11-21 10:00"])
def test_a_time_keeps_its_zone_and_is_utc_without_one(text):
    assert parse_time(text) == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "7", "7w", "-7d", "1234567d", "2026-13-01T00:00Z", "tomorrow", "٧d"])
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(ArgumentTypeError, match="neither a time .* nor an age .90s, 30m"):
        parse_time(text)
