"""Values of filters, from the text of a query or out of JSON, as the database compares them."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from liveplatform.moments import moment

LONGEST_TEXT = 500
LARGEST = Decimal(10) ** 12
AGE = re.compile(r"[0-9]{1,6}[smhd]")
# A plus that was sent without being encoded arrives as a space.
LOST_PLUS = re.compile(r"(:\d{2}(?:\.\d+)?) (\d{2}:?\d{2})$")
YES, NO = {"true", "1", "yes"}, {"false", "0", "no"}

Read = Callable[[Any], Any]


class BadValue(ValueError):
    """Not a value of this kind; the text says what is."""


def text(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """At most LONGEST_TEXT characters; numbers are taken as they are written."""
    if isinstance(value, bool | list | dict) or value is None:
        raise BadValue("Give a text.")
    found = str(value)
    if len(found) > LONGEST_TEXT:
        raise BadValue(f"Give at most {LONGEST_TEXT} characters.")
    if "\0" in found:
        raise BadValue("Give a text without NUL characters.")
    return found


def phone(value: Any) -> str:  # noqa: ANN401
    """A number or a part of one; a plus that a query string lost is put back."""
    found = text(value)
    return "+" + found[1:] if found.startswith(" ") else found


def number(value: Any) -> Decimal:  # noqa: ANN401
    """A finite number of at most twelve digits before the point."""
    try:
        found = Decimal(_ascii(text(value)))
    except (InvalidOperation, UnicodeEncodeError) as error:
        raise BadValue("Give a number.") from error
    if not found.is_finite() or abs(found) > LARGEST:
        raise BadValue("Give a number of at most twelve digits.")
    return found


def whole(value: Any) -> int:  # noqa: ANN401
    """A whole number."""
    found = number(value)
    if found != int(found):
        raise BadValue("Give a whole number.")
    return int(found)


def uuid(value: Any) -> UUID:  # noqa: ANN401
    """A UUID in any of its spellings."""
    try:
        return UUID(_ascii(text(value)) if isinstance(value, str | UUID) else "")
    except ValueError as error:
        raise BadValue("Give a UUID.") from error


def boolean(value: Any) -> bool:  # noqa: ANN401
    """true or false."""
    word = str(value).lower()
    if word not in YES | NO:
        raise BadValue("Give true or false.")
    return word in YES


def instant(value: Any) -> datetime:  # noqa: ANN401
    """RFC 3339, a day (its beginning in UTC), or an age: "30m" is half an hour before it is asked."""
    written = LOST_PLUS.sub(r"\1+\2", text(value).strip())
    try:
        _ascii(written)
        if AGE.fullmatch(written):
            return moment(written)
        day = parse_date(written)
        found = _beginning(day) if day else parse_datetime(written)
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ArgumentTypeError, ValueError, OverflowError):
        pass
    raise BadValue("Give a time (2026-11-21T10:00:00Z), a day (2026-11-21) or an age (90s, 30m, 12h, 7d).")


def one_of(allowed: list[str]) -> Read:
    """One of these words."""

    def read(value: Any) -> str:  # noqa: ANN401
        found = text(value)
        if found not in allowed:
            raise BadValue(f"Give one of {', '.join(allowed)}.")
        return found

    return read


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _ascii(written: str) -> str:
    """The text as it is; UnicodeEncodeError (a ValueError) if digits of other scripts may be in it."""
    written.encode("ascii")
    return written
