"""URL path converters."""

from uuid import UUID

from django.urls import register_converter


class IdConverter:
    """A UUID, with or without dashes; other text does not match the URL (404)."""

    regex = "[0-9a-fA-F-]{32,36}"

    def to_python(self, value: str) -> UUID:
        return UUID(value)

    def to_url(self, value: UUID) -> str:
        return str(value)


register_converter(IdConverter, "id")
