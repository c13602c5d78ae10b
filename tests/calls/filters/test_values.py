"""Values of filters: what each parser accepts, and what it refuses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from calls.filters import values
from calls.filters.exceptions import InvalidValue


@pytest.mark.parametrize(
    ("parse", "given", "expected"),
    [
        (values.text, 12, "12"),
        (values.phone, " 1415", "+1415"),
        (values.decimal, "1.50", Decimal("1.50")),
        (values.integer, "7.0", 7),
        (values.uuid, "00000000-0000-0000-0000-000000000007", UUID(int=7)),
        (values.boolean, "YES", True),
        (values.boolean, 0, False),
        (values.timestamp, "2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        (values.timestamp, "2026-11-21T12:00:00 01:00", datetime(2026, 11, 21, 11, tzinfo=UTC)),
        (values.choice(["a", "b"]), "b", "b"),
    ],
)
def test_a_value_is_parsed(parse, given, expected):
    assert parse(given) == expected


@pytest.mark.parametrize(
    ("parse", "given"),
    [
        (values.text, None),
        (values.text, ["a"]),
        (values.text, "a" * 501),
        (values.text, "a\0"),
        (values.decimal, "٣"),
        (values.decimal, "Infinity"),
        (values.integer, "1.5"),
        (values.uuid, 7),
        (values.boolean, "maybe"),
        (values.timestamp, "soon"),
        (values.timestamp, "2026-11-21T12:00:00"),
        (values.timestamp, "9999999d"),
        (values.choice(["a", "b"]), "c"),
    ],
)
def test_anything_else_is_refused(parse, given):
    with pytest.raises(InvalidValue):
        parse(given)


def test_an_age_is_a_time_before_now():
    assert abs(datetime.now(UTC) - values.timestamp("30m") - timedelta(minutes=30)) < timedelta(seconds=5)
