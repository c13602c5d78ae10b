"""The rules by which mail clients keep a calendar from the invitations that arrive (RFC 5546, 2.1.4 and 2.1.5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from ical.calendar_stream import IcsCalendarStream

from tests.sessions_app.calendars import calendar_of, parts, wire


@dataclass
class Kept:
    """What a client keeps of an event, also of one that was taken back."""

    version: tuple[int, datetime]
    starts_at: datetime | None  # None: taken back
    title: str


@dataclass
class MailClient:
    """A mail box with a calendar. `is_strict`: as Outlook, which drops what is not newer, by SEQUENCE and DTSTAMP."""

    address: str
    is_strict: bool = False
    kept: dict[str, Kept] = field(default_factory=dict)
    message_ids: set[str] = field(default_factory=set)

    def receive(self, message: Any) -> None:
        """A message comes in; one that was here before (by Message-ID) is dropped, as Gmail does."""
        if self.address not in message.to or message.extra_headers["Message-ID"] in self.message_ids:
            return
        self.message_ids.add(message.extra_headers["Message-ID"])
        if calendar_of(message) is not None:
            self._apply(message)

    def _apply(self, message: Any) -> None:
        (part,) = parts(message, "text/calendar")
        method = part.get_param("method")
        (event,) = IcsCalendarStream.calendar_from_ics(part.get_content()).events
        self._check(message, method, event)
        version = (event.sequence, event.dtstamp)
        known = self.kept.get(event.uid)
        if known and (version < known.version or (self.is_strict and version == known.version)):
            raise AssertionError(f"{method} {version} came after {known.version}")
        starts_at = event.dtstart.astimezone(UTC) if method == "REQUEST" else None
        self.kept[event.uid] = Kept(version, starts_at, event.summary)

    def _check(self, message: Any, method: str, event: Any) -> None:
        """What clients ask of an invitation before they show it as one."""
        assert method in ("REQUEST", "CANCEL")
        assert str(event.organizer.uri).removeprefix("mailto:") == parseaddr(wire(message)["From"])[1]
        assert [str(a.uri) for a in event.attendees] == [f"mailto:{self.address}"]
        assert event.status.value == ("CONFIRMED" if method == "REQUEST" else "CANCELLED")
        assert event.uid
        assert event.dtstamp
        assert event.dtend > event.dtstart

    def calendar(self) -> dict[str, tuple[datetime, str]]:
        """The events shown: their starts and titles, by UID."""
        return {uid: (kept.starts_at, kept.title) for uid, kept in self.kept.items() if kept.starts_at}
