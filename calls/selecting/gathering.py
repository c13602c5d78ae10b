"""Gathering: all calls that some index says can be meant, if they are few, looked at and sorted."""

import re

from django.db.models import Q

from calls.models.call import Call
from calls.selecting.columns import COLUMNS, CREATED_AT, Operator
from calls.selecting.paths import Path, paths
from calls.selecting.walking import fetched
from calls.selecting.wanted import Wanted
from calls.selecting.windows import within
from calls.selecting.words import ids_found_by, one_of

TO = COLUMNS["to"]
DIGITS = re.compile(r"\+?[0-9]{3,20}")
# Of a narrow index nothing better is hoped for.
FEW = 500
# Entries of an index, which cost less than calls.
MOST_CROSSED = 50_000


def gather(wanted: Wanted, most: int) -> list[Call] | None:
    """The page, if some index (or all of them together) leaves so many calls, or fewer."""
    # What words cost grows with all accounts' calls, so a few calls are rather looked into.
    few = most // 4
    path = (
        (_narrowest(wanted, few) if wanted.search else None)
        or _found_by_words(wanted, few)
        or _narrowest(wanted, most)
        or _crossing(wanted, most)
    )
    if path is None:
        return None
    window = within(wanted.along(path)[:most], wanted.meeting(path))
    return fetched(window.order_by(*wanted.order.as_sorted()), wanted)


def _found_by_words(wanted: Wanted, most: int) -> Path | None:
    """What the search or a part of call_to finds; rows that hold words are wide, so fewer are read."""
    words = wanted.search or _digits(wanted)
    if not words:
        return None
    ids = ids_found_by(words, wanted.account_id, most + 1)
    return Path(one_of(ids), searched=bool(wanted.search)) if len(ids) <= most else None


def _digits(wanted: Wanted) -> str:
    """Digits that call_to must contain; they are among its words too."""
    parts = [str(c.read()) for c in wanted.conditions if c.column is TO and c.operator == Operator.CONTAINS]
    return next((part for part in parts if DIGITS.fullmatch(part)), "")


def _narrowest(wanted: Wanted, most: int) -> Path | None:
    """The path with the fewest calls, if it has no more than `most`; counted no further."""
    best, fewest = None, most + 1
    for path in paths(wanted.conditions):
        count = wanted.along(path)[:fewest].count()
        if count < fewest:
            best, fewest = path, count
        if fewest <= FEW:
            break
    return best


def _crossing(wanted: Wanted, most: int) -> Path | None:
    """Where all paths meet, if that is in few calls and one of them is short enough to be read whole."""
    known = [path for path in paths(wanted.conditions) if path.answers]
    if len(known) < 2 or not any(_is_short(wanted, path) for path in known):
        return None
    answers = tuple(condition for path in known for condition in path.answers)
    everything = Path(Q(*(path.q for path in known)), answers, CREATED_AT)
    ids = list(wanted.along(everything).values_list("pk", flat=True)[: most + 1])
    return Path(one_of(ids), answers) if len(ids) <= most else None


def _is_short(wanted: Wanted, path: Path) -> bool:
    return wanted.along(path)[: MOST_CROSSED + 1].count() <= MOST_CROSSED
