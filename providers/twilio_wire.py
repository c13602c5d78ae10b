"""What Twilio writes, and how it is read: statuses, times, durations."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.base import LegStatus

STATUS: dict[str, LegStatus] = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "live",
    "completed": "ended",
    "busy": "ended",
    "failed": "ended",
    "no-answer": "ended",
    "canceled": "ended",
}


def seconds_of(text: object) -> int | None:
    """A duration, which is a string of seconds; None for anything else."""
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}", text) else None


def moment(text: object) -> datetime | None:
    """A time as Twilio writes it: RFC 2822. None for anything else."""
    try:
        at = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at
