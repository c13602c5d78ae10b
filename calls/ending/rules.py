"""What a rule must be: named in one line, and choosing by some condition."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from calls.selecting import BadSelection, Selection

LINE_BREAKS_AND_CONTROLS = ("Cc", "Zl", "Zp")
EMPTY = 'An empty filter means every call; give a condition, if only {"status": "live"}.'


def one_line(name: str) -> None:
    """A rule's name stands in `ended_by` of calls and in logs; ValidationError for more than a line."""
    if any(unicodedata.category(character) in LINE_BREAKS_AND_CONTROLS for character in name):
        raise ValidationError("Give a name in one line, without control characters.")


def some_calls(given: Any) -> Selection:  # noqa: ANN401 - it is checked here
    """The selection of a rule's filter; BadSelection if it is none, or leaves nothing out."""
    selection = Selection.from_json(given)
    if selection.is_everything:
        raise BadSelection("filter", EMPTY)
    return selection
