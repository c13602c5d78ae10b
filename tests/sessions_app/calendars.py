"""Reading the calendar entries of sent mails, as they went over the wire."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar


def wire(message: Any) -> EmailMessage:
    """A message of Django's outbox, parsed from its bytes."""
    return message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=policy.default)


def parts(message: Any, content_type: str) -> list[EmailMessage]:
    return [part for part in wire(message).walk() if part.get_content_type() == content_type]


def calendar_of(message: Any) -> Calendar | None:
    """The calendar that a message carries, which its attachment repeats; None without one."""
    shown, attached = parts(message, "text/calendar"), parts(message, "application/ics")
    assert len(shown) == len(attached) <= 1
    if not shown:
        return None
    calendar = Calendar.from_ical(shown[0].get_content())
    assert attached[0].get_filename() == "invite.ics"
    assert Calendar.from_ical(attached[0].get_content()) == calendar
    assert shown[0].get_param("method") == calendar["METHOD"]
    return calendar
