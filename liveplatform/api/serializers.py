"""Fields and serializers shared by the surfaces."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


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
