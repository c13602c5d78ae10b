"""Mails as Django's file backend writes them, a file per mail or more."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

# After each message; what is not followed by it was not written whole.
SEPARATOR = b"\n" + b"-" * 79 + b"\n"


def mails_in(directory: Path) -> list[EmailMessage]:
    """The whole mails, in the order in which their files were begun."""
    files = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
    texts = [text for path in files for text in path.read_bytes().split(SEPARATOR)[:-1]]
    return [message_from_bytes(text, policy=policy.default) for text in texts]


def calendar_text(message: EmailMessage) -> str:
    """The calendar entry of a mail; "" without one."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            return part.get_content()
    return ""
