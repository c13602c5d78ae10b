"""The path converter of event ids."""

from uuid import UUID

from django.urls import register_converter


class EventIdConverter:
    """An event's id, with or without its evt_; anything else is no address: 404."""

    regex = "(?:evt_)?[0-9a-fA-F-]{32,36}"

    def to_python(self, value: str) -> UUID:
        return UUID(value.removeprefix("evt_"))

    def to_url(self, value: UUID) -> str:
        return f"evt_{value.hex}"


register_converter(EventIdConverter, "event_id")
