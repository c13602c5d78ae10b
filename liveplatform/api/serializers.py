"""Fields and serializers shared by the surfaces."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

# Of text only: int() would take a number, an underscore and every script's digits for hexadecimal ones.
UUID_FORMAT = re.compile(r"[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}(?:\1[0-9a-fA-F]{4}){2}\1[0-9a-fA-F]{12}")


class IdField(serializers.UUIDField):
    """A UUID as text, with or without dashes."""

    def to_internal_value(self, data: Any) -> UUID:  # noqa: ANN401 - whatever was sent
        if not isinstance(data, str) or not UUID_FORMAT.fullmatch(data):
            self.fail("invalid")
        return UUID(data)


class InstantField(serializers.DateTimeField):
    """A time in ISO 8601 with its zone, in ASCII digits."""

    default_error_messages = {
        "no_zone": "Give the time with its zone, for example 2026-11-21T10:00:00Z or …T11:00:00+01:00."
    }

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, str) or not value.isascii():
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z)")
        time: datetime = super().to_internal_value(value)
        return time

    def enforce_timezone(self, value: datetime) -> datetime:
        """DRF's would take a time without a zone for UTC."""
        if value.tzinfo is None:
            self.fail("no_zone")
        return super().enforce_timezone(value)


class CleanCharField(serializers.CharField):
    """Text without NUL characters; numbers and booleans are rejected."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class JSONBooleanField(serializers.BooleanField):
    """true or false; texts such as "yes" are rejected, where a mistake would end calls."""

    def to_internal_value(self, data: Any) -> bool:  # noqa: ANN401
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "object", "additionalProperties": {}})
class JSONObjectField(serializers.JSONField):
    """A free JSON object."""

    default_error_messages = {"not_an_object": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return dict(data)


def refuse_unknown(given: Iterable[str], known: Iterable[str], message: str) -> None:
    """Raise ValidationError that names up to 20 of the names that are not known."""
    unknown = sorted(set(given).difference(known))
    if unknown:
        raise serializers.ValidationError({name[:60]: [message] for name in unknown[:20]})


class StrictSerializer(serializers.Serializer[Any]):
    """Input: unknown fields are rejected, and the error names them."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401
        if isinstance(data, dict):
            refuse_unknown(data, self.fields, "There is no such field.")
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """Which page of a list."""

    NAMES: ClassVar = frozenset({"cursor", "limit"})

    cursor = CleanCharField(required=False, help_text="`next_cursor` of the previous page.")
    limit = CleanCharField(required=False, help_text="Rows per page, 1 to 200; default 50.")


class PlainListSerializer(serializers.ListSerializer[Any]):
    """Many rows, written without a call of DRF's per row."""

    def to_representation(self, data: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - an iterable of rows
        write: Writer = writer(type(self.child))  # type: ignore[arg-type] # a PlainSerializer
        return list(map(write, data))


class PlainSerializer(serializers.Serializer[Any]):
    """An answer: writes it, and is its schema. Values go to JSON as they are; orjson writes dates and UUIDs.

    A field is read from the attribute named by `source` (dots allowed; "*" of a nested serializer: the
    same object), or computed by a static method `get_<field>(obj)`. Blank text with `allow_null` is null.
    """

    class Meta:
        list_serializer_class = PlainListSerializer

    @classmethod
    def write(cls, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row or any object with these attributes
        """One object as JSON, without the cost of a serializer object."""
        return writer(cls)(row)

    @classmethod
    def write_fields(cls, row: Any = None, /, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - as in `write`
        """Like `write`, with the values of the fields that the row does not hold; without a row, of all."""
        return writer(cls, frozenset(given))(row, **given)

    def to_representation(self, instance: Any) -> dict[str, Any]:  # noqa: ANN401
        return self.write(instance)


@extend_schema_serializer(many=False)
class EnvelopeSerializer(PlainSerializer):
    """The answer of a list: one field with `many=True` holds the rows."""

    @classmethod
    def rows_field(cls) -> str:
        """The name of the field that holds the rows."""
        return next(field.name for field in plain_fields(cls) if field.many)

    @classmethod
    def wrap(cls, rows: Iterable[Any], **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any field's value
        """The answer around rows that are written already."""
        return {cls.rows_field(): rows, **others}


class PlainField(NamedTuple):
    """A field of a PlainSerializer, as it is written."""

    name: str
    source: str
    blank_is_null: bool
    nested: type[PlainSerializer] | None
    many: bool
    compute: Callable[[Any], Any] | None


Writer = Callable[..., dict[str, Any]]  # of a row and, as keywords, the fields that it does not hold


@cache
def plain_fields(serializer: type[PlainSerializer]) -> tuple[PlainField, ...]:
    """The fields of a PlainSerializer in their order."""
    declared = serializer._declared_fields
    return tuple(_plain_field(serializer, name, field) for name, field in declared.items())


@cache
def writer(serializer: type[PlainSerializer], given: frozenset[str] = frozenset()) -> Writer:
    """A function that writes one object, as fast as a dict display; it takes the `given` fields by keyword.

    It is compiled from the declared names, as namedtuple does: a loop over getters takes twice as long.
    """
    functions: dict[str, Any] = {}
    fields = plain_fields(serializer)
    if unknown := given - {field.name for field in fields}:
        raise TypeError(f"{serializer.__name__} has no field {', '.join(sorted(unknown))}")
    display = ", ".join(f"{field.name!r}: {_expression(field, functions, given)}" for field in fields)
    parameters = ", ".join(["row", *sorted(given)])
    compiled: Writer = eval(f"lambda {parameters}: {{{display}}}", functions)  # noqa: S307 - no input from outside
    return compiled


def _expression(field: PlainField, functions: dict[str, Any], given: frozenset[str]) -> str:
    """Python for the value of a field; the functions that it calls are added to `functions`."""
    is_given = field.name in given
    value = field.name if is_given else "row" if field.source == "*" else f"row.{field.source}"
    if field.compute and not is_given:
        functions[f"get_{field.name}"] = field.compute
        return f"get_{field.name}(row)"
    if field.nested:
        functions[f"write_{field.name}"] = _nested_writer(field.nested, many=field.many)
        return f"write_{field.name}({value})"
    return f"{value} or None" if field.blank_is_null else value


def _plain_field(serializer: type[PlainSerializer], name: str, field: Any) -> PlainField:  # noqa: ANN401
    is_list = isinstance(field, serializers.ListSerializer)
    inner = type(field.child if is_list else field)
    has_null_text = isinstance(field, serializers.CharField | serializers.ChoiceField) and field.allow_null
    return PlainField(
        name=name,
        source=field._kwargs.get("source") or name,
        blank_is_null=has_null_text,
        nested=inner if issubclass(inner, PlainSerializer) else None,
        many=is_list,
        compute=None if hasattr(PlainSerializer, f"get_{name}") else getattr(serializer, f"get_{name}", None),
    )


def _nested_writer(serializer: type[PlainSerializer], *, many: bool) -> Callable[[Any], Any]:
    write = writer(serializer)

    def write_list(rows: Iterable[Any]) -> list[dict[str, Any]]:
        return [write(row) for row in rows]

    def write_one(row: Any) -> dict[str, Any] | None:  # noqa: ANN401
        return None if row is None else write(row)

    return write_list if many else write_one
