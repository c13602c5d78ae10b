"""JSON as text, the same everywhere: times as RFC 3339 with Z, UUIDs and decimals as JSON has them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
# What every JSON reader can hold, and PostgreSQL gives back as it was.
LARGEST = 2**63 - 1
# A NUL character; the same six after another backslash are a text that tells of one.
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def dumps(data: Any, option: int = 0) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """JSON as bytes. Integers beyond 64 bits, which PostgreSQL makes of 1e20, are written as floats."""
    try:
        return orjson.dumps(data, default=_default, option=OPTIONS | option)
    except TypeError:
        return orjson.dumps(_clamp_ints(data), default=_default, option=OPTIONS | option)


def dumps_for_jsonb(data: Any) -> str:  # noqa: ANN401
    """JSON that a jsonb column takes: NUL characters, which PostgreSQL cannot hold, are left out."""
    found = dumps(data)
    return (NUL.sub(rb"\1", found) if rb"\u0000" in found else found).decode()


def is_too_large(value: object) -> bool:
    """A number that would not come back from PostgreSQL as it went in."""
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
