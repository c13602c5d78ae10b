"""Sessions as calendar entries (iCalendar, RFC 5545; invitations as RFC 5546 has them).

The UID is the session's id, for good. Times stand in the session's zone with its rules, so that a calendar
shows them right however the clocks change; a local time that occurs twice, in UTC.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from sessions_app.invitations.links import make_link
from sessions_app.invitations.times import ends_at, zone_named
from sessions_app.invitations.vtimezone import vtimezone
from sessions_app.models import Registration, Session

PRODID = "-//Live Platform//Sessions//EN"
Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

# All but tab and newline; iCalendar has no place for them.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
REFRESH = timedelta(hours=1)
FIRST_EVENT = b"BEGIN:VEVENT\r\n"


@dataclass(frozen=True)
class Entry:
    """A session in a calendar. `attendee` is whose calendar it is, None: nobody's in particular.

    With an `address` it is an invitation to them.
    """

    session: Session
    host: str  # its name
    sequence: int
    stamp: datetime
    status: Status = "CONFIRMED"
    attendee: Registration | None = None
    address: str = ""


def invitation(entry: Entry, *, is_cancelled: bool) -> bytes:
    """The entry as METHOD:REQUEST, or as METHOD:CANCEL, which takes it back."""
    return _octets(_calendar("CANCEL" if is_cancelled else "REQUEST", [entry]))


def published(entry: Entry) -> bytes:
    """The entry as a calendar of its own, for anybody."""
    return _octets(_calendar("PUBLISH", [entry]))


def feed(entries: Sequence[Entry], name: str) -> bytes:
    """A calendar to subscribe to."""
    calendar = _calendar("PUBLISH", entries)
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    return _octets(calendar)


def public_url(session: Session) -> str:
    """The session's page."""
    return f"{settings.PUBLIC_URL}/sessions/{session.pk}"


def one_line(text: str) -> str:
    """Text for a single line: no control characters, no line breaks, single spaces."""
    return " ".join(CONTROL_CHARACTERS.sub(" ", text).split())


def organizer_address() -> str:
    """The address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _octets(calendar: Calendar) -> bytes:
    """As it is sent. The zones, written once for many calendars, are put before the first event."""
    zones = b"".join(vtimezone(*zone) for zone in _zones(calendar.events))
    return bytes(calendar.to_ical()).replace(FIRST_EVENT, zones + FIRST_EVENT, 1)


def _calendar(method: Method, entries: Sequence[Entry]) -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODID)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar


def _event(entry: Entry) -> Event:
    session = entry.session
    zone = zone_named(session.timezone)
    start, end = _in_zone((session.scheduled_at, ends_at(session)), zone)
    event = Event()
    event.add("UID", str(session.pk))
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("LAST-MODIFIED", session.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", one_line(session.title))
    event.add("STATUS", entry.status)
    event.add("TRANSP", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    event.add("ORGANIZER", _address(organizer_address(), entry.host))
    if link := _link(entry):
        event.add("URL", link)
        event.add("LOCATION", link)
    event.add("DESCRIPTION", _description(entry, link))
    if entry.address:
        event.add("ATTENDEE", _attendee(entry))
    return event


def _link(entry: Entry) -> str:
    """The person's own page if they have a seat, or there is no other; "" for nobody in particular then."""
    if entry.attendee and (entry.status == "CONFIRMED" or not entry.session.is_public):
        return make_link("join", entry.attendee)
    return public_url(entry.session) if entry.session.is_public else ""


def _in_zone(times: Iterable[datetime], zone: ZoneInfo) -> list[datetime]:
    """The times in the zone; in UTC if it is UTC, or if its clocks show one of them for the second time.

    A local time that occurs twice means the first (RFC 5545, 3.3.5).
    """
    local = [at.astimezone(zone).replace(microsecond=0) for at in times]
    if zone.key == "UTC" or any(at.fold for at in local):
        return [at.astimezone(UTC) for at in local]
    return local


def _zones(events: Iterable[Event]) -> list[tuple[str, int, int]]:
    """The zones in use, with the first and last years of their events."""
    years: dict[str, list[int]] = {}
    for event in events:
        start = event.decoded("DTSTART")
        if isinstance(start.tzinfo, ZoneInfo) and start.tzinfo.key != "UTC":
            years.setdefault(start.tzinfo.key, []).extend((start.year, event.decoded("DTEND").year))
    return [(key, min(found), max(found)) for key, found in sorted(years.items())]


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if shown := one_line(name.replace('"', "'")):
        address.params["CN"] = vText(shown)
    return address


def _attendee(entry: Entry) -> vCalAddress:
    """To be registered is to have accepted: no answer is asked for."""
    attendee = _address(entry.address, entry.attendee.name if entry.attendee else "")
    accepted = {"CONFIRMED": "ACCEPTED", "TENTATIVE": "TENTATIVE", "CANCELLED": "DECLINED"}[entry.status]
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"), ("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", accepted), ("RSVP", "FALSE")
    ):  # fmt: skip
        attendee.params[name] = vText(value)
    return attendee


def _description(entry: Entry, link: str) -> str:
    text = CONTROL_CHARACTERS.sub("", entry.session.description.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [text.strip(), f"With {one_line(entry.host)}.", f"Join: {link}" if link else ""]
    if entry.attendee and entry.status != "CANCELLED":
        lines.append(f"Cancel your registration: {make_link('cancel', entry.attendee)}")
    return "\n\n".join(filter(None, lines))
