"""Calendar entries, read by an independent parser (`ical`), and by their octets."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from sessions_app.invitations import ics
from sessions_app.models import Registration, Session

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def session(at=datetime(2026, 11, 24, 17, tzinfo=UTC), **fields):
    defaults = {
        "pk": UUID(int=7),
        "host_id": "host-1",
        "title": "Office hours",
        "timezone": "Europe/Berlin",
        "scheduled_at": at,
    }
    return Session(updated_at=BEFORE, account_id=UUID(int=1), **(defaults | fields))


def entry(row=None, **fields):
    row = row or session()
    person = Registration(session=row, person_key="user:anna", name="Anna")
    defaults = {
        "host": "Dr. Hale",
        "sequence": 3,
        "stamp": BEFORE,
        "attendee": person,
        "address": "anna@example.com",
    }
    return ics.Entry(row, **(defaults | fields))


def events(data):
    return IcsCalendarStream.calendar_from_ics(data.decode()).events


def unfolded(data):
    return data.decode().replace("\r\n ", "").split("\r\n")


def line(data, name):
    """The last one of this name: of the event, if it has one."""
    return [each for each in unfolded(data) if re.match(rf"{name}[:;]", each)][-1]


def test_an_invitation_says_who_invites_whom_to_what_and_when():
    data = ics.invitation(entry(), is_cancelled=False)
    (event,) = events(data)
    assert line(data, "METHOD") == "METHOD:REQUEST"
    assert (event.uid, event.sequence, event.summary) == (str(UUID(int=7)), 3, "Office hours")
    assert event.status.value == "CONFIRMED"
    assert event.dtstart.astimezone(UTC) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert event.dtend - event.dtstart == timedelta(hours=1)
    assert event.organizer.common_name == "Dr. Hale"
    assert str(event.organizer.uri) == f"mailto:{parseaddr('sessions@127.0.0.1')[1]}"
    (attendee,) = event.attendees
    assert (str(attendee.uri), attendee.common_name) == ("mailto:anna@example.com", "Anna")
    assert "PARTSTAT=ACCEPTED" in line(data, "ATTENDEE")
    assert "/sessions/join/" in str(event.url)
    assert "/sessions/cancel/" in event.description


def test_a_cancellation_takes_the_same_entry_back():
    data = ics.invitation(entry(status="CANCELLED"), is_cancelled=True)
    (event,) = events(data)
    assert line(data, "METHOD") == "METHOD:CANCEL"
    assert (event.uid, event.status.value) == (str(UUID(int=7)), "CANCELLED")
    assert "/sessions/cancel/" not in event.description


def test_a_published_session_names_nobody_but_its_host():
    data = ics.published(entry(attendee=None, address=""))
    assert line(data, "METHOD") == "METHOD:PUBLISH"
    assert b"ATTENDEE" not in data
    assert line(data, "URL").endswith(f"/sessions/{UUID(int=7)}")


SHIFTS = [
    # the hours around the clocks' changes: before, at and after each
    *(("Europe/Berlin", datetime(2026, 3, 29, h, m, tzinfo=UTC)) for h in (0, 1, 2) for m in (0, 30)),
    *(("Europe/Berlin", datetime(2026, 10, 25, h, m, tzinfo=UTC)) for h in (0, 1, 2) for m in (0, 30)),
    *(("America/New_York", datetime(2026, 3, 8, h, m, tzinfo=UTC)) for h in (6, 7, 8) for m in (0, 30)),
    *(("America/New_York", datetime(2026, 11, 1, h, m, tzinfo=UTC)) for h in (5, 6, 7) for m in (0, 30)),
]


@pytest.mark.parametrize(("zone", "at"), SHIFTS)
def test_the_moment_is_kept_however_the_clocks_change(zone, at):
    data = ics.invitation(entry(session(at, timezone=zone, duration_minutes=60)), is_cancelled=False)
    (event,) = events(data)
    assert event.dtstart.astimezone(UTC) == at
    assert event.dtend.astimezone(UTC) == at + timedelta(hours=1)


def test_a_local_time_that_occurs_twice_is_written_in_utc():
    second = session(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    data = ics.invitation(entry(second), is_cancelled=False)
    assert line(data, "DTSTART") == "DTSTART:20261025T013000Z"
    first = session(datetime(2026, 10, 24, 23, 30, tzinfo=UTC))
    data = ics.invitation(entry(first), is_cancelled=False)
    assert line(data, "DTSTART") == "DTSTART;TZID=Europe/Berlin:20261025T013000"


def test_the_zone_comes_with_its_rules():
    data = ics.invitation(entry(), is_cancelled=False)
    assert data.index(b"BEGIN:VTIMEZONE") < data.index(b"BEGIN:VEVENT")
    assert b"TZID:Europe/Berlin" in data
    assert b"VTIMEZONE" not in ics.invitation(entry(session(timezone="UTC")), is_cancelled=False)


@pytest.mark.parametrize("zone", ["", "Nowhere/At_All", "../../etc/passwd", "Europe"])
def test_an_unknown_zone_is_utc(zone):
    data = ics.invitation(entry(session(timezone=zone)), is_cancelled=False)
    assert line(data, "DTSTART") == "DTSTART:20261124T170000Z"


def test_a_feed_holds_many_entries_and_each_zone_once():
    zones = ["Europe/Berlin", "America/New_York", "Europe/Berlin", "UTC"]
    entries = [entry(session(pk=UUID(int=n + 1), timezone=zone)) for n, zone in enumerate(zones)]
    data = ics.feed(entries, "Sessions")
    assert len(events(data)) == 4
    assert data.count(b"BEGIN:VTIMEZONE") == 2
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in data


def test_an_empty_feed_is_a_calendar_too():
    assert events(ics.feed([], "Sessions")) == []


TEXTS = st.text(max_size=300)


@given(title=TEXTS, description=TEXTS, host=TEXTS, name=TEXTS)
def test_no_text_breaks_out_of_its_line(title, description, host, name):
    row = session(title=title, description=description)
    person = Registration(session=row, person_key="user:anna", name=name)
    data = ics.invitation(entry(row, attendee=person, host=host), is_cancelled=False)
    for octets in data.split(b"\r\n"):
        assert len(octets) <= 75
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", octets)
    names = [re.split("[:;]", each)[0] for each in unfolded(data) if each]
    plain = [
        re.split("[:;]", each)[0] for each in unfolded(ics.invitation(entry(), is_cancelled=False)) if each
    ]
    assert names == plain, "no line more or less than of plain texts"


@given(title=TEXTS, description=TEXTS)
def test_texts_are_read_back_as_they_were(title, description):
    row = session(title=title, description=description)
    (event,) = events(ics.invitation(entry(row), is_cancelled=False))
    assert event.summary == ics.one_line(title)
    shown = ics.CONTROL_CHARACTERS.sub("", description.replace("\r\n", "\n").replace("\r", "\n")).strip()
    assert event.description.startswith(shown)


def test_no_entry_leads_to_a_page_that_is_not_there():
    hidden = session(is_public=False)
    nobody = "\n".join(unfolded(ics.published(entry(hidden, attendee=None))))
    assert f"/sessions/{hidden.pk}" not in nobody and "Join:" not in nobody and "\nURL" not in nobody
    waiting = ics.published(entry(hidden, status="TENTATIVE"))
    assert "/sessions/join/" in line(waiting, "URL") and line(waiting, "LOCATION")
    assert f"/sessions/{hidden.pk}" not in "".join(unfolded(waiting))
