"""Requests and answers of the administration of sessions: the vendor's shapes, and `next_cursor`."""

from typing import Any

from rest_framework import serializers

from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    PageQuery,
    PlainSerializer,
    StrictSerializer,
)
from sessions_app.api.fields import WholeNumberField, WordField
from sessions_app.api.sessions.serializers import SessionChange, SessionOptions
from sessions_app.models import Session, details
from sessions_app.models.details import Kind
from sessions_app.representation import AdminSessionSerializer, PlaceStatus, RegistrationSerializer

# Texts that the vendor's clients clear by null; their columns are empty then.
NULL_IS_EMPTY = ("description", "community_slug", "cover_image_url", "category")


@request_example("Reschedule", {"scheduled_at": "2030-01-16T17:00:00Z", "duration_minutes": 45})
@request_example("Cancel", {"status": "cancelled"})
class AdminSessionChange(SessionOptions, SessionChange, StrictSerializer):
    """The body of a change; fields that are not sent are kept."""

    description = CleanCharField(
        required=False, allow_null=True, allow_blank=True, max_length=details.MAX_DESCRIPTION_LENGTH
    )
    category = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=80)
    community_slug = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=80)
    cover_image_url = serializers.URLField(required=False, allow_null=True, allow_blank=True, max_length=2000)
    duration_minutes = WholeNumberField(required=False, min_value=1, max_value=details.MAX_DURATION_MINUTES)
    status = WordField(
        required=False,
        choices=(Session.Status.SCHEDULED, Session.Status.CANCELLED),
        help_text="cancelled: cancel it; scheduled: take a cancellation back.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Null of a text is the empty text."""
        return {
            name: "" if value is None and name in NULL_IS_EMPTY else value for name, value in attrs.items()
        }


class AdminSessionQuery(PageQuery):
    """Which sessions; filters can be combined."""

    brand_id = CleanCharField(required=False, max_length=details.MAX_BRAND_LENGTH)
    status = WordField(required=False, choices=Session.Status.choices)
    kind = WordField(required=False, choices=Kind.choices)


class AdminSessionListSerializer(EnvelopeSerializer):
    """A page of sessions; `next_cursor` is null on the last."""

    sessions = AdminSessionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AdminRegistrationSerializer(PlainSerializer):
    """A row of the roster."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    user_id = serializers.CharField(help_text="Empty for patients and guests.")
    status = serializers.ChoiceField(choices=PlaceStatus.choices)
    registered_at = serializers.DateTimeField()

    get_status = staticmethod(RegistrationSerializer.get_status)


class AdminRosterSerializer(EnvelopeSerializer):
    """A page of the roster, and its length in all; `next_cursor` is null on the last."""

    registrations = AdminRegistrationSerializer(many=True)
    total = serializers.IntegerField(help_text="Of all pages, cancelled ones included.")
    next_cursor = serializers.CharField(allow_null=True)
