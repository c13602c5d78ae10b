"""The part of protobuf that LiveKit's services need: messages to dicts, and back.

A message is described by its fields: number, name, kind. Source: protobuf.dev/programming-guides/encoding
"""

from collections.abc import Mapping
from typing import Any

VARINT, BYTES = 0, 2
# Sizes of fields of other wire types; they are skipped, since none is described here.
SKIPPED_SIZES = {1: 8, 5: 4}

# text, texts, number, flag; the names of an enumeration, in the order of their numbers; or the description of
# a message, for one message or a list of them.
Kind = str | tuple[str, ...] | Mapping[int, tuple[str, Any]]
Message = Mapping[int, tuple[str, Kind]]


class MalformedMessage(ValueError):
    """Bytes that are not protobuf."""


def decode(message: Message, data: bytes) -> dict[str, Any]:
    """The fields by name; those that the description lacks are skipped."""
    document: dict[str, Any] = {}
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        value, at = _read_value(data, at, tag & 7)
        name, kind = message.get(tag >> 3, ("", ""))
        if kind == "texts":
            document.setdefault(name, []).append(value.decode())
        elif isinstance(kind, Mapping):
            document.setdefault(name, []).append(decode(kind, value))
        elif isinstance(kind, tuple):
            document[name] = kind[value]
        elif name:
            document[name] = value.decode() if kind == "text" else bool(value) if kind == "flag" else value
    return document


def encode(message: Message, document: Mapping[str, Any]) -> bytes:
    """The document as bytes; zero and empty fields are left out, as in proto3."""
    return b"".join(
        _encode_field(number, kind, document[name])
        for number, (name, kind) in sorted(message.items())
        if document.get(name)
    )


def _encode_field(number: int, kind: Kind, value: Any) -> bytes:  # noqa: ANN401 - of the document
    if isinstance(kind, Mapping):
        messages = [value] if isinstance(value, Mapping) else value
        return b"".join(_length_delimited(number, encode(kind, each)) for each in messages)
    if isinstance(kind, tuple):
        value, kind = kind.index(value), "number"
    if kind == "texts":
        return b"".join(_length_delimited(number, each.encode()) for each in value)
    if kind == "text":
        return _length_delimited(number, value.encode())
    # 64-bit numbers are strings in the JSON document
    return b"" if int(value) == 0 else _varint(number << 3 | VARINT) + _varint(int(value))


def _length_delimited(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(data)) + data


def _read_value(data: bytes, at: int, wire_type: int) -> tuple[Any, int]:
    """A field's value and the position after it."""
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


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
