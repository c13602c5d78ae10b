"""What Twilio writes, and how it is read: statuses, times, durations."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.base import LegStatus

LEG_STATUS: dict[str, LegStatus] = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "live",
    "completed": "ended",
    "busy": "ended",
    "failed": "ended",
    "no-answer": "ended",
    "canceled": "ended",
}


PRICE = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,9})?", re.ASCII)
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


def parse_seconds(text: object) -> int | None:
    """A duration, which is a string of seconds; None for anything else."""
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}", text) else None


def parse_cost(price: object, unit: object) -> tuple[str, str]:
    """What a call cost, as a decimal number, and in what currency; ("", "") while Twilio has not priced it.

    Twilio writes what it charges as a negative string, "-0.0085", minutes after the end of the call.
    """
    if not isinstance(price, str) or not PRICE.fullmatch(price):
        return "", ""
    cost = price.removeprefix("-") if price.startswith("-") or not price.strip("0.") else f"-{price}"
    return cost, unit.upper() if isinstance(unit, str) and CURRENCY.fullmatch(unit) else ""


def parse_time(text: object) -> datetime | None:
    """A time as Twilio writes it: RFC 2822. None for anything else."""
    try:
        at = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at
