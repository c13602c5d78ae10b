"""What a rule must be: named in one line, and choosing by some condition."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from calls.filters import CallFilter, InvalidFilter

FORBIDDEN_CATEGORIES = ("Cc", "Zl", "Zp")
EMPTY_FILTER = 'An empty filter means every call; give a condition, if only {"status": "live"}.'


def single_line(name: str) -> None:
    """A rule's name stands in `ended_by` of calls and in logs; ValidationError for more than a line."""
    if any(unicodedata.category(character) in FORBIDDEN_CATEGORIES for character in name):
        raise ValidationError("Give a name in one line, without control characters.")


def non_empty_filter(given: Any) -> CallFilter:  # noqa: ANN401 - it is checked here
    """The selection of a rule's filter; BadSelection if it is none, or leaves nothing out."""
    selection = CallFilter.from_json(given)
    if selection.matches_all:
        raise InvalidFilter("filter", EMPTY_FILTER)
    return selection
