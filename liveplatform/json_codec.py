"""JSON encoding: times as RFC 3339 with Z, UUIDs as strings, decimals as numbers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
# The largest integer that orjson writes.
LARGEST = 2**63 - 1
# An escaped NUL character, not preceded by an escaping backslash.
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def dumps(data: Any, option: int = 0) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """JSON as bytes. Integers beyond 64 bits (PostgreSQL turns 1e20 into one) are written as floats."""
    try:
        return orjson.dumps(data, default=_default, option=OPTIONS | option)
    except TypeError:
        return orjson.dumps(_clamp_ints(data), default=_default, option=OPTIONS | option)


def dumps_for_jsonb(data: Any) -> str:  # noqa: ANN401
    """JSON for a jsonb column: NUL characters, which PostgreSQL cannot store, are removed."""
    found = dumps(data)
    return (NUL.sub(rb"\1", found) if rb"\u0000" in found else found).decode()


def is_too_large(value: object) -> bool:
    """Whether a number would change when stored in PostgreSQL and read back."""
    return isinstance(value, int | float) and not -LARGEST <= value <= LARGEST


def _clamp_ints(data: Any) -> Any:  # noqa: ANN401
    if isinstance(data, Mapping):
        return {name: _clamp_ints(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_clamp_ints(value) for value in data]
    return _as_float(data) if isinstance(data, int) and is_too_large(data) else data


def _as_float(number: int) -> float | str:
    try:
        return float(number)
    except OverflowError:
        return str(number)


def _default(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
