"""The event types that customers can subscribe to, as the installed apps register them.

An app declares its types in a list `EVENT_TYPES` of its own; settings.EVENT_TYPES has the dotted paths of
these lists. Subscriptions are validated against them; the OpenAPI webhooks section is generated from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.serializers import Serializer


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name ("call.ended"), when it is published, and the shape of its `data`."""

    name: str
    description: str
    data: type[Serializer[Any]]
    example: Mapping[str, Any]  # of `data`


@cache
def event_types() -> dict[str, EventType]:
    """Every registered type by its name, in the order of settings.EVENT_TYPES."""
    registered: list[EventType] = [
        event_type for path in settings.EVENT_TYPES for event_type in import_string(path)
    ]
    return {event_type.name: event_type for event_type in registered}


def unknown_types(names: list[str]) -> list[str]:
    """The names that are neither an event type nor a group of event types ("call.*")."""
    return [name for name in names if name not in event_types() and not _is_group(name)]


def _is_group(name: str) -> bool:
    return name.endswith(".*") and any(known.startswith(name[:-1]) for known in event_types())
