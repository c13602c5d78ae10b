"""As much of protobuf as LiveKit's room service needs: messages as dicts, and back.

A message is described by its fields: number, name, kind. Source: protobuf.dev/programming-guides/encoding
"""

from collections.abc import Mapping
from typing import Any

VARINT, BYTES = 0, 2
# Bytes that follow a field of another wire type, none of which is used here: such fields are left out.
SKIPPED_SIZES = {1: 8, 5: 4}

# text, texts, number, flag; a message, or a list of messages, is its own description.
Kind = str | Mapping[int, tuple[str, Any]]
Message = Mapping[int, tuple[str, Kind]]


class MalformedMessage(ValueError):
    """Bytes that are no protobuf."""


def decode(message: Message, data: bytes) -> dict[str, Any]:
    """The fields that are there, by name; those that are not described are left out."""
    found: dict[str, Any] = {}
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        held, at = _field_value(data, at, tag & 7)
        name, kind = message.get(tag >> 3, ("", ""))
        if kind == "texts":
            found.setdefault(name, []).append(held.decode())
        elif name:
            found[name] = held.decode() if kind == "text" else bool(held) if kind == "flag" else held
    return found


def encode(message: Message, document: Mapping[str, Any]) -> bytes:
    """The document as bytes; zero and empty fields are left out, as proto3 does."""
    return b"".join(
        _encode_field(number, kind, document[name])
        for number, (name, kind) in sorted(message.items())
        if document.get(name)
    )


def _encode_field(number: int, kind: Kind, value: Any) -> bytes:  # noqa: ANN401 - what the document holds
    if not isinstance(kind, str):
        return b"".join(_length_delimited(number, encode(kind, each)) for each in value)
    if kind == "texts":
        return b"".join(_length_delimited(number, each.encode()) for each in value)
    if kind == "text":
        return _length_delimited(number, value.encode())
    # JSON has 64-bit numbers as text
    return b"" if int(value) == 0 else _write_varint(number << 3 | VARINT) + _write_varint(int(value))


def _length_delimited(number: int, data: bytes) -> bytes:
    return _write_varint(number << 3 | BYTES) + _write_varint(len(data)) + data


def _field_value(data: bytes, at: int, wire_type: int) -> tuple[Any, int]:
    if wire_type == VARINT:
        return _read_varint(data, at)
    if wire_type == BYTES:
        size, at = _read_varint(data, at)
    elif wire_type in SKIPPED_SIZES:
        size = SKIPPED_SIZES[wire_type]
    else:
        raise MalformedMessage(f"wire type {wire_type}")
    if at + size > len(data):
        raise MalformedMessage("cut short")
    return data[at : at + size], at + size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data) and shift < 64:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return number, at
    raise MalformedMessage("cut short")


def _write_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
