"""Reads back the mails of Django's file backend, and the calendar entries in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from icalendar import Calendar, Component

SEPARATOR = b"-" * 79 + b"\n"  # after each message of a file


@dataclass(frozen=True)
class ReceivedMail:
    """A mail, and what its invitation says: `method` is "" without one."""

    to: str
    subject: str
    message_id: str
    method: str
    uid: str
    sequence: int
    starts_at: str  # as written: "20261201T180000"
    zone: str


def clear(folder: Path) -> None:
    """Remove the mails of a former run."""
    for file in folder.glob("*.log"):
        file.unlink()


def read_mails(folder: Path) -> list[ReceivedMail]:
    """All mails of the folder, the earliest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
    return [_read(message) for file in files for message in _messages(file.read_bytes())]


def uid_of(calendar: bytes) -> str:
    """The UID of the first entry of a calendar."""
    return str(Calendar.from_ical(calendar).walk("VEVENT")[0]["UID"])


def _messages(content: bytes) -> Iterator[EmailMessage]:
    for part in content.split(SEPARATOR):
        if part.strip():
            yield message_from_bytes(part, policy=policy.default)


def _read(message: EmailMessage) -> ReceivedMail:
    entry = _entry(message)
    starts_at = entry.get("DTSTART") if entry else None
    return ReceivedMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        method=_method(message),
        uid=str(entry.get("UID", "")) if entry else "",
        sequence=int(entry.get("SEQUENCE", 0)) if entry else 0,
        starts_at=starts_at.to_ical().decode() if starts_at else "",
        zone=str(starts_at.params.get("TZID", "UTC")) if starts_at else "",
    )


def _method(message: EmailMessage) -> str:
    part = _calendar_part(message)
    return str(part.get_param("method", "")) if part else ""


def _entry(message: EmailMessage) -> Component | None:
    """The VEVENT of the mail's invitation."""
    part = _calendar_part(message)
    events = Calendar.from_ical(part.get_content()).walk("VEVENT") if part else []
    return events[0] if events else None


def _calendar_part(message: EmailMessage) -> EmailMessage | None:
    parts = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    return next(parts, None)
