"""Fields and serializers shared by the surfaces."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# Of text only: int() would take a number, an underscore and every script's digits for hexadecimal ones.
PROPER_ID = re.compile(r"[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}(?:\1[0-9a-fA-F]{4}){2}\1[0-9a-fA-F]{12}")


class IdField(serializers.UUIDField):
    """A UUID as text, with or without dashes."""

    def to_internal_value(self, data: Any) -> UUID:  # noqa: ANN401 - whatever was sent
        if not isinstance(data, str) or not PROPER_ID.fullmatch(data):
            self.fail("invalid")
        return UUID(data)


class InstantField(serializers.DateTimeField):
    """A time in ISO 8601, in ASCII digits; without a zone it is UTC."""

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, str) or not value.isascii():
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]")
        return super().to_internal_value(value)


class CleanCharField(serializers.CharField):
    """Text without NUL characters; only strings, no numbers or booleans dressed up as text."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "object", "additionalProperties": {}})
class JSONObjectField(serializers.JSONField):
    """A free JSON object."""

    default_error_messages = {"not_an_object": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return dict(data)


class StrictSerializer(serializers.Serializer[Any]):
    """The house's own input: unknown fields are refused by name."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: ["There is no such field."] for name in unknown[:20]}
                )
        return super().to_internal_value(data)
