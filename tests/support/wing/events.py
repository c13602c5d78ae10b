"""Event types of the wing."""

from rest_framework import serializers

from liveplatform.webhooks.event_types import EventType


class BadgeEventData(serializers.Serializer):
    """The badge."""

    badge = serializers.CharField()


EVENT_TYPES = [EventType("badge.shown", "A badge was shown.", BadgeEventData, {"badge": "7"})]
