"""Secrets in the body of an event are replaced before it is stored."""

from collections.abc import Collection
from typing import Any, Protocol, runtime_checkable

import orjson

REDACTED = "[redacted]"


@runtime_checkable
class RedactsEvents(Protocol):
    """An adapter whose provider's events hold secrets."""

    def redacted(self, body: bytes) -> bytes:
        """The body of an event, as it may be stored. It was read before, so it is JSON."""


def redact(body: bytes, names: Collection[str]) -> bytes:
    """The JSON document with the values of these fields replaced, at any depth; as sent if it has none."""
    if not any(name.encode() in body for name in names):
        return body
    return orjson.dumps(_replace(orjson.loads(body), names))


def _replace(value: Any, names: Collection[str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {
            name: REDACTED if name in names and each else _replace(each, names)
            for name, each in value.items()
        }
    return [_replace(each, names) for each in value] if isinstance(value, list) else value
