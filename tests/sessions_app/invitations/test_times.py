"""Times as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions_app.invitations.times import written_period, written_span, written_time, zone_named, zone_of
from sessions_app.models import Registration, Session

AT = datetime(2026, 11, 24, 17, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def period(minutes, at=AT, zone=BERLIN):
    return written_period(Session(scheduled_at=at, duration_minutes=minutes), zone)


def test_a_time_is_written_with_its_zone():
    assert written_time(AT, BERLIN) == "Tuesday, 24 November 2026, 18:00 (Europe/Berlin, UTC+01:00)"
    assert (
        written_time(AT, ZoneInfo("America/St_Johns"))
        == "Tuesday, 24 November 2026, 13:30 (America/St_Johns, UTC-03:30)"
    )
    assert written_time(AT, ZoneInfo("UTC")) == "Tuesday, 24 November 2026, 17:00 (UTC)"


def test_a_period_is_written_with_what_is_known():
    assert period(None) == "Tuesday, 24 November 2026, 18:00 (Europe/Berlin, UTC+01:00)"
    assert period(45) == "Tuesday, 24 November 2026, 18:00 to 18:45 (Europe/Berlin, UTC+01:00)"
    assert (
        period(480)
        == "Tuesday, 24 November 2026, 18:00 to Wednesday, 25 November 2026, 02:00 (Europe/Berlin, UTC+01:00)"
    )


def test_a_period_over_a_change_of_the_clocks_names_both_offsets():
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert period(60, at) == (
        "Sunday, 25 October 2026, 02:30 (Europe/Berlin, UTC+02:00) to 02:30 (Europe/Berlin, UTC+01:00)"
    )


@pytest.mark.parametrize(("minutes", "text"), [
    (0, "1 minute"), (15, "15 minutes"), (59, "1 hour"), (60, "1 hour"), (75, "75 minutes"), (90, "2 hours"),
    (1439, "24 hours"), (1440, "24 hours"), (2880, "2 days"), (10080, "7 days"),
])  # fmt: skip
def test_a_span_is_written_in_round_numbers(minutes, text):
    assert written_span(timedelta(minutes=minutes)) == text


def test_a_persons_own_zone_comes_first():
    session = Session(timezone="America/New_York")
    assert zone_of(Registration(session=session, timezone="Asia/Kolkata")).key == "Asia/Kolkata"
    assert zone_of(Registration(session=session)).key == "America/New_York"
    assert zone_of(Registration(session=session, timezone="Nowhere")).key == "America/New_York"


@pytest.mark.parametrize("name", ["", "Nowhere", "../UTC", "Europe", "a\0b", "/etc/passwd", "x" * 500])
def test_no_name_is_too_odd(name):
    assert zone_named(name).key == "UTC"
