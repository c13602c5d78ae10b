"""Event types about sessions, registrations, questions, attendance and recordings."""

from liveplatform.webhooks.event_types import EventType

EVENT_TYPES: list[EventType] = []
