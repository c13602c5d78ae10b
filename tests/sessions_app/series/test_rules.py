"""Rules: wall-clock time stays over daylight saving, and no rule costs more than a moment."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.series.rules import InvalidRule, Rule, first_time

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = sorted(zone for zone in available_timezones() if "/" in zone)


def local(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)


def test_wall_clock_time_stays():
    times = list(Rule.parse("FREQ=WEEKLY;COUNT=3").times(local(BERLIN, 2026, 10, 18, 18), BERLIN))
    assert times == [datetime(2026, 10, day, hour, tzinfo=UTC) for day, hour in ((18, 16), (25, 17))] + [
        datetime(2026, 11, 1, 17, tzinfo=UTC)
    ]


def test_skipped_time_is_read_with_the_offset_before():
    start = local(NEW_YORK, 2026, 3, 7, 2, 30)
    times = [at.astimezone(NEW_YORK) for at in Rule.parse("FREQ=DAILY;COUNT=3").times(start, NEW_YORK)]
    assert [(at.day, at.hour, at.minute) for at in times] == [(7, 2, 30), (8, 3, 30), (9, 2, 30)]


def test_of_a_time_that_comes_twice_the_first_is_taken():
    start = local(NEW_YORK, 2026, 10, 31, 1, 30)
    times = list(Rule.parse("FREQ=DAILY;COUNT=2").times(start, NEW_YORK))
    assert times[1] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 EDT; EST would be 06:30


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.integers(1_577_000_000, 2_050_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    rule=st.sampled_from(
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=DAILY;INTERVAL=3")
    ),
)
@settings(max_examples=150, deadline=None)
def test_every_zone_keeps_its_wall_clock(zone, start, rule):
    """Each time is the start's wall-clock time, but for those that the zone skips; times only grow."""
    times = list(islice(Rule.parse(rule).times(start, zone), 60))
    wall = start.astimezone(zone).replace(microsecond=0)
    assert times == sorted(set(times))
    for at in times:
        there = at.astimezone(zone)
        naive = datetime.combine(there.date(), wall.time())
        exists = naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive
        assert there.time() == wall.time() or not exists or there.date() != naive.date()
        assert at.microsecond == 0


@pytest.mark.parametrize(
    ("rule", "number", "last"),
    [
        ("FREQ=DAILY;UNTIL=20260305T090000Z", 5, 5),
        ("FREQ=DAILY;UNTIL=20260305T085959Z", 4, 4),
        ("FREQ=DAILY;UNTIL=20260305", 5, 5),
        ("FREQ=DAILY;UNTIL=20260305T100000", 5, 5),
        ("rrule:freq=daily;count=2", 2, 2),
    ],
)
def test_ends(rule, number, last):
    times = list(Rule.parse(rule).times(local(BERLIN, 2026, 3, 1, 10), BERLIN))
    assert (len(times), times[-1].day) == (number, last)


def test_ending_before():
    rule = Rule.parse("FREQ=DAILY;COUNT=9")
    start = local(BERLIN, 2026, 3, 1, 10)
    times = list(rule.times(start, BERLIN))
    assert list(rule.ending_before(times[4]).times(start, BERLIN)) == times[:4]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ",
        "FREQ=HOURLY",
        "FREQ=MINUTELY;COUNT=2",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=401",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20260101",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=9999999999999999999999",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;BYEASTER=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=DAILY;BYSETPOS=0",
        "FREQ=DAILY;UNTIL=yesterday",
        "FREQ=DAILY;UNTIL=20269999",
        "FREQ=DAILY;WKST=8",
        "FREQ=DAILY\nEXDATE:20260101",
        "FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 300),
        "FREQ=DAILY;COUNT=٣",
    ],
)
def test_refused(text):
    with pytest.raises(InvalidRule):
        Rule.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=2",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYYEARDAY=400;BYWEEKNO=99",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;UNTIL=00010101T000000Z",
    ],
)
def test_a_rule_without_times_is_found_out_at_once(text):
    began = time.process_time()
    with pytest.raises(InvalidRule):
        first_time(Rule.parse(text), datetime(2026, 3, 2, 9, tzinfo=UTC), BERLIN)
    assert time.process_time() - began < 0.5  # until the year 9999 it would be many seconds


@given(
    frequency=st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")),
    parts=st.dictionaries(
        st.sampled_from(("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "INTERVAL")),
        st.lists(st.integers(-400, 400), min_size=1, max_size=4).map(lambda ns: ",".join(map(str, ns))),
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_rule_is_refused_or_gives_times_in_order(frequency, parts):
    text = ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in parts.items())])
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    began = time.process_time()
    try:
        rule = Rule.parse(text)
    except InvalidRule:
        return
    times = [at for at in islice(rule.times(start, BERLIN), 30) if at < start + timedelta(days=800)]
    assert times == sorted(set(times))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("until", ["00010101T000000Z", "99991231T235959Z"])
def test_an_end_on_the_first_or_the_last_day_that_there_is(zone, until):
    start = datetime(2026, 12, 1, 10, tzinfo=UTC)
    times = list(islice(Rule.parse(f"FREQ=DAILY;UNTIL={until}").times(start, ZoneInfo(zone)), 3))
    assert len(times) == (0 if until.startswith("0") else 3)
