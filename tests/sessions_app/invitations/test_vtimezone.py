"""Rules of zones: as clocks have them, by an independent reading."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from sessions_app.invitations.vtimezone import vtimezone

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "America/St_Johns",
]


def text_of(key, first=2026, last=2026):
    return vtimezone(key, first, last).decode()


@pytest.mark.parametrize("key", ZONES)
def test_every_local_hour_of_two_years_has_the_offset_of_the_tz_database(key):
    read = tzical(StringIO(text_of(key))).get(key)
    zone, at = ZoneInfo(key), datetime(2025, 7, 1, tzinfo=UTC)
    while at < datetime(2026, 12, 31, tzinfo=UTC):
        local = at.astimezone(zone)
        if local.replace(fold=1).utcoffset() == local.replace(fold=0).utcoffset():  # it occurs once
            assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), local
        at += timedelta(hours=1)


def test_an_onset_is_in_local_time_before_the_change():
    text = text_of("Europe/Berlin")
    assert (
        "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200"
        in text
    )
    assert (
        "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100"
        in text
    )


def test_a_zone_without_changes_has_one_observance():
    assert text_of("Asia/Kolkata").count("BEGIN:STANDARD") == 1
