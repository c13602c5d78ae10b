"""When the sessions of a series are: an RRULE (RFC 5545) in the wall-clock time of a zone.

A local time that daylight saving skips is read with the offset before the change (02:30 becomes 03:30), and
of one that comes twice the first is taken, as RFC 5545 (3.3.5) says. The first session is the first time of
the rule at or after the start.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Self
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

MAX_RULE_LENGTH = 500
MAX_OCCURRENCES = 400  # COUNT
MAX_INTERVAL = 366
# A series of every day lasts so long; later times are not looked for.
MAX_TIMES = 4000
# Days, weeks, months or years without a session, after which the rule is taken to give none.
MAX_EMPTY_STEPS = 400

PARTS = re.compile(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
SELECTORS = ("BYMONTH", "BYMONTHDAY", "BYDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *SELECTORS})
# The fifth Monday at most: dateutil fails at a ninth.
WEEKDAYS = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU))*")
UNTIL_FORMS = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}


class InvalidRule(ValueError):
    """The rule cannot be used; the text says why."""


class Steps(int):
    """An INTERVAL that counts the steps of dateutil, which would look for a next time until the year 9999."""

    left: int = MAX_EMPTY_STEPS

    def __radd__(self, other: int) -> int:
        self._count()
        return int(other) + int(self)

    def __mul__(self, other: int) -> int:
        self._count()
        return int(self) * int(other)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _NoMoreTimes

    def reset(self) -> None:
        """A time was found."""
        self.left = MAX_EMPTY_STEPS


class _NoMoreTimes(Exception):
    """There was no time for so many steps."""


class Rule:
    """A rule that was read; `text` is its normal form."""

    def __init__(self, parts: dict[str, str]) -> None:
        self.parts = parts

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10`. Raises InvalidRule."""
        text = text.strip().upper().removeprefix("RRULE:")
        if len(text) > MAX_RULE_LENGTH or not PARTS.fullmatch(text):
            raise InvalidRule("Give an RRULE, for example FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10.")
        pairs = [part.split("=", 1) for part in text.split(";")]
        parts = {name: value for name, value in pairs}  # noqa: C416 - lists of two
        if len(parts) < len(pairs):
            raise InvalidRule("Each part of the rule may be given once.")
        rule = cls(parts)
        rule._check()
        return rule

    @property
    def text(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts.items())

    @property
    def count(self) -> int | None:
        return int(self.parts["COUNT"]) if "COUNT" in self.parts else None

    def ending_before(self, instant: datetime) -> "Rule":
        """The same rule without the times from this instant on."""
        until = (instant - timedelta(seconds=1)).astimezone(UTC)
        kept = {name: value for name, value in self.parts.items() if name != "COUNT"}
        return Rule(kept | {"UNTIL": until.strftime(UNTIL_FORMS[16])})

    def with_count(self, count: int) -> "Rule":
        return Rule(self.parts | {"COUNT": str(count)})

    def times(self, starts_at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """The times in UTC from the start on, in order; at most MAX_TIMES."""
        start = starts_at.astimezone(zone).replace(tzinfo=None, fold=0, microsecond=0)
        steps = Steps(self.parts.get("INTERVAL", 1))
        local_times = islice(self._recurrence(start, zone).replace(interval=steps), MAX_TIMES)
        try:
            for local in local_times:
                steps.reset()
                yield local.replace(tzinfo=zone).astimezone(UTC)
        except (_NoMoreTimes, OverflowError):
            return

    def _recurrence(self, start: datetime, zone: ZoneInfo) -> rrule:
        plain = ";".join(f"{name}={value}" for name, value in self.parts.items() if name != "UNTIL")
        recurrence = rrulestr(plain, dtstart=start)
        until = self._local_until(zone)
        return recurrence if until is None else recurrence.replace(until=until)

    def _local_until(self, zone: ZoneInfo) -> datetime | None:
        """UNTIL as a local time; a date includes the whole day."""
        text = self.parts.get("UNTIL")
        if text is None:
            return None
        until = datetime.strptime(text, UNTIL_FORMS[len(text)])  # noqa: DTZ007 - local, unless it says Z
        if len(text) == 8:
            return until.replace(hour=23, minute=59, second=59)
        try:
            utc = until.replace(tzinfo=UTC)
            return utc.astimezone(zone).replace(tzinfo=None) if text.endswith("Z") else until
        except OverflowError:  # on the first or the last day that there is
            return until

    def _check(self) -> None:
        if unknown := self.parts.keys() - KNOWN:
            raise InvalidRule(f"{', '.join(sorted(unknown))} cannot be used; use {', '.join(sorted(KNOWN))}.")
        if self.parts.get("FREQ") not in FREQUENCIES:
            raise InvalidRule(f"FREQ must be one of {', '.join(FREQUENCIES)}.")
        if {"COUNT", "UNTIL"} <= self.parts.keys():
            raise InvalidRule("Give COUNT or UNTIL, not both.")
        self._check_number("INTERVAL", MAX_INTERVAL)
        self._check_number("COUNT", MAX_OCCURRENCES)
        if not WEEKDAYS.fullmatch(self.parts.get("BYDAY", "MO")):
            raise InvalidRule("BYDAY is a list of weekdays, such as MO,WE or 1MO or -1FR.")
        try:
            self._recurrence(datetime(2026, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001 - local
        except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
            raise InvalidRule("The rule has a part with a value that RFC 5545 does not know.") from error

    def _check_number(self, name: str, most: int) -> None:
        text = self.parts.get(name, "1")
        if not (text.isdigit() and len(text) <= 4 and 1 <= int(text) <= most):
            raise InvalidRule(f"{name} must be a whole number from 1 to {most}.")


def first_time(rule: Rule, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """The first time of the rule. Raises InvalidRule if there is none."""
    first = next(rule.times(starts_at, zone), None)
    if first is None:
        raise InvalidRule("The rule gives no time from starts_at on.")
    return first
