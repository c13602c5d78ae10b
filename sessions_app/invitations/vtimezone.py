"""VTIMEZONE (RFC 5545, 3.6.5): the rules of a zone for the years of an event, from the tz database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(maxsize=512)
def vtimezone(key: str, first_year: int, last_year: int) -> bytes:
    """The zone from the year before the first to the end of the last.

    Each change of its clocks is an observance of its own, whose onset is in local time before the change.
    """
    zone = ZoneInfo(key)
    start, end = datetime(first_year - 1, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    result = Timezone()
    result.add("TZID", key)
    result.add_component(_observance(start, start, zone))
    for change in _changes(zone, start, end):
        result.add_component(_observance(change, change - SECOND, zone))
    return bytes(result.to_ical())


def _observance(onset: datetime, before: datetime, zone: tzinfo) -> TimezoneStandard | TimezoneDaylight:
    """What holds from `onset` on (UTC), after what held at `before`."""
    local, earlier = onset.astimezone(zone), before.astimezone(zone)
    component = TimezoneDaylight() if local.dst() else TimezoneStandard()
    offset_from = earlier.utcoffset() or timedelta()
    component.add("DTSTART", onset.replace(tzinfo=None) + offset_from)
    component.add("TZOFFSETFROM", offset_from)
    component.add("TZOFFSETTO", local.utcoffset() or timedelta())
    component.add("TZNAME", local.tzname() or "")
    return component


def _changes(zone: tzinfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments (UTC, to the second) between `start` and `end` from which another offset holds."""
    day = start
    while day < end:
        following = day + DAY
        if _offset(day, zone) != _offset(following, zone):
            yield _change(zone, day, following)
        day = following


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    wanted = _offset(after, zone)
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        before, after = (before, middle) if _offset(middle, zone) == wanted else (middle, after)
    return after


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
