"""Parsers of filter values, from a query string or from JSON. Each raises InvalidValue."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from calls.filters.exceptions import InvalidValue
from liveplatform.timeparse import parse_time

MAX_TEXT_LENGTH = 500
MAX_NUMBER = Decimal(10) ** 12
AGE = re.compile(r"[0-9]{1,6}[smhd]")
# A plus sign that was not percent-encoded arrives as a space.
DECODED_PLUS = re.compile(r"(:\d{2}(?:\.\d+)?) (\d{2}:?\d{2})$")
TRUE_WORDS, FALSE_WORDS = {"true", "1", "yes"}, {"false", "0", "no"}

Parser = Callable[[Any], Any]


def text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """At most MAX_TEXT_LENGTH characters; a number is converted."""
    if isinstance(value, bool | list | dict) or value is None:
        raise InvalidValue("Give a text.")
    found = str(value)
    if len(found) > MAX_TEXT_LENGTH:
        raise InvalidValue(f"Give at most {MAX_TEXT_LENGTH} characters.")
    if "\0" in found:
        raise InvalidValue("Give a text without NUL characters.")
    return found


def phone(value: Any) -> str:  # noqa: ANN401
    """A phone number or a part of one; restores a plus sign that was decoded to a space."""
    found = text(value)
    return "+" + found[1:] if found.startswith(" ") else found


def decimal(value: Any) -> Decimal:  # noqa: ANN401
    """A finite number of at most twelve digits before the point."""
    try:
        found = Decimal(_require_ascii(text(value)))
    except (InvalidOperation, UnicodeEncodeError) as error:
        raise InvalidValue("Give a number.") from error
    if not found.is_finite() or abs(found) > MAX_NUMBER:
        raise InvalidValue("Give a number of at most twelve digits.")
    return found


def integer(value: Any) -> int:  # noqa: ANN401
    found = decimal(value)
    if found != int(found):
        raise InvalidValue("Give a whole number.")
    return int(found)


def uuid(value: Any) -> UUID:  # noqa: ANN401
    """A UUID in any notation that Python accepts."""
    try:
        return UUID(_require_ascii(text(value)) if isinstance(value, str | UUID) else "")
    except ValueError as error:
        raise InvalidValue("Give a UUID.") from error


def boolean(value: Any) -> bool:  # noqa: ANN401
    word = str(value).lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise InvalidValue("Give true or false.")
    return word in TRUE_WORDS


def timestamp(value: Any) -> datetime:  # noqa: ANN401
    """RFC 3339 with its zone, a day (its start in UTC), or an age: "30m" is half an hour before now."""
    written = DECODED_PLUS.sub(r"\1+\2", text(value).strip())
    try:
        _require_ascii(written)
        if AGE.fullmatch(written):
            return parse_time(written)
        day = parse_date(written)
        found = _start_of_day(day) if day else parse_datetime(written)
        if found is not None and found.tzinfo:
            return found.astimezone(UTC)
    except (ArgumentTypeError, ValueError, OverflowError):
        pass
    raise InvalidValue(
        "Give a time with its zone (2026-11-21T10:00:00Z), a day (2026-11-21) or an age (90s, 30m, 12h, 7d)."
    )


def choice(allowed: list[str]) -> Parser:
    """A parser that accepts these texts only."""

    def parse(value: Any) -> str:  # noqa: ANN401
        found = text(value)
        if found not in allowed:
            raise InvalidValue(f"Give one of {', '.join(allowed)}.")
        return found

    return parse


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _require_ascii(written: str) -> str:
    """The text; raises UnicodeEncodeError (a ValueError) for digits of other scripts."""
    written.encode("ascii")
    return written
