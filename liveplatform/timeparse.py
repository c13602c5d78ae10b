"""Parse absolute times and ages ("30m") from the command line and filters."""

import re
from argparse import ArgumentTypeError
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_time(text: str) -> datetime:
    """Parse "2026-11-21T10:00Z", or an age such as "90s", "30m", "12h", "7d" (counted back from now).

    A time without a zone is in the current time zone. Raises ArgumentTypeError.
    """
    age = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if age:
        return timezone.now() - timedelta(**{UNITS[age[2]]: int(age[1])})
    try:
        at = parse_datetime(text) if text.isascii() else None
    except ValueError:
        at = None
    if at is None:
        raise ArgumentTypeError(
            f"{text!r} is neither a time (2026-11-21T10:00Z) nor an age (90s, 30m, 12h, 7d)"
        )
    return at if at.tzinfo else timezone.make_aware(at)
