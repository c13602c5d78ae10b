"""As much of protobuf as LiveKit's room service needs: messages as dicts, and back.

A message is described by its fields: number, name, kind. Source: protobuf.dev/programming-guides/encoding
"""

from collections.abc import Mapping
from typing import Any

VARINT, BYTES = 0, 2
# Bytes that follow a field of another wire type, none of which is used here: such fields are left out.
SKIPPED = {1: 8, 5: 4}

# text, texts, number, flag; a message, or a list of messages, is its own description.
Kind = str | Mapping[int, tuple[str, Any]]
Message = Mapping[int, tuple[str, Kind]]


class Malformed(ValueError):
    """Bytes that are no protobuf."""


def decode(message: Message, data: bytes) -> dict[str, Any]:
    """The fields that are there, by name; those that are not described are left out."""
    found: dict[str, Any] = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        held, at = _held(data, at, tag & 7)
        name, kind = message.get(tag >> 3, ("", ""))
        if kind == "texts":
            found.setdefault(name, []).append(held.decode())
        elif name:
            found[name] = held.decode() if kind == "text" else bool(held) if kind == "flag" else held
    return found


def encode(message: Message, document: Mapping[str, Any]) -> bytes:
    """The document as bytes; zero and empty fields are left out, as proto3 does."""
    return b"".join(
        _field(number, kind, document[name])
        for number, (name, kind) in sorted(message.items())
        if document.get(name)
    )


def _field(number: int, kind: Kind, value: Any) -> bytes:  # noqa: ANN401 - what the document holds
    if not isinstance(kind, str):
        return b"".join(_sized(number, encode(kind, each)) for each in value)
    if kind == "texts":
        return b"".join(_sized(number, each.encode()) for each in value)
    if kind == "text":
        return _sized(number, value.encode())
    # JSON has 64-bit numbers as text
    return b"" if int(value) == 0 else _as_varint(number << 3 | VARINT) + _as_varint(int(value))


def _sized(number: int, data: bytes) -> bytes:
    return _as_varint(number << 3 | BYTES) + _as_varint(len(data)) + data


def _held(data: bytes, at: int, wire_type: int) -> tuple[Any, int]:
    if wire_type == VARINT:
        return _varint(data, at)
    if wire_type == BYTES:
        size, at = _varint(data, at)
    elif wire_type in SKIPPED:
        size = SKIPPED[wire_type]
    else:
        raise Malformed(f"wire type {wire_type}")
    if at + size > len(data):
        raise Malformed("cut short")
    return data[at : at + size], at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data) and shift < 64:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return number, at
    raise Malformed("cut short")


def _as_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
