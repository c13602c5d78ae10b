"""Ids of tests that are the same in every process that collects them."""

import re


def timeless(value: object) -> str:
    """The text of a parameter, without the times in it; sets in order."""
    shown = sorted(map(str, value)) if isinstance(value, set | frozenset) else value
    return re.sub(r"\d{4}-\d\d-\d\dT[^'\"]*", "…", str(shown))
