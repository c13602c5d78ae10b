"""Validation of auto-end rules, for the API and the admin."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from calls.filters import CallFilter, InvalidFilter

# Unicode categories of control characters and line breaks.
FORBIDDEN_CATEGORIES = ("Cc", "Zl", "Zp")
EMPTY_FILTER = 'An empty filter means every call; give a condition, if only {"status": "live"}.'


def single_line(name: str) -> None:
    """Raise ValidationError for line breaks and controls: a rule's name stands in `ended_by` and in logs."""
    if any(unicodedata.category(character) in FORBIDDEN_CATEGORIES for character in name):
        raise ValidationError("Give a name in one line, without control characters.")


def non_empty_filter(value: Any) -> CallFilter:  # noqa: ANN401 - JSON, validated here
    """Parse a rule's filter; raises InvalidFilter if it is invalid or matches every call."""
    call_filter = CallFilter.from_json(value)
    if call_filter.matches_all:
        raise InvalidFilter("filter", EMPTY_FILTER)
    return call_filter
