"""Path converters shared by the surfaces."""

from uuid import UUID

from django.urls import register_converter


class IdConverter:
    """A UUID, with or without dashes; anything else is no address at all: 404."""

    regex = "[0-9a-fA-F-]{32,36}"

    def to_python(self, value: str) -> UUID:
        return UUID(value)

    def to_url(self, value: UUID) -> str:
        return str(value)


register_converter(IdConverter, "id")
