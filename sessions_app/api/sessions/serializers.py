"""Requests and answers of the sessions API: the vendor's names and shapes, and optional fields besides.

Unknown fields of a session's body are ignored, as the vendor does. All have bounds (models/details.py).
"""

from typing import Any

from rest_framework import serializers

from calls.adapters import ROOM_PROVIDERS
from calls.api.fields import MetadataField, ReasonField
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    JSONBooleanField,
    PageQuery,
    StrictSerializer,
)
from sessions_app.api.fields import (
    CustomQuestionsField,
    SeatsField,
    SessionTimeField,
    SlugsField,
    TimezoneField,
    WholeNumberField,
    WordField,
)
from sessions_app.models import Session, details
from sessions_app.models.details import Kind, WaitlistMode
from sessions_app.representation import SessionSerializer


class SessionChange(serializers.Serializer[Any]):
    """The body of a change; fields that are not sent are kept."""

    title = CleanCharField(required=False, min_length=1, max_length=details.MAX_TITLE_LENGTH)
    scheduled_at = SessionTimeField(required=False)
    max_participants = SeatsField(required=False)
    kind = WordField(required=False, choices=Kind.choices)
    metadata = MetadataField(
        required=False, help_text="Merged into the stored metadata (RFC 7396): null removes a name."
    )


class SessionOptions(serializers.Serializer[Any]):
    """What the platform has besides the vendor's fields; all optional."""

    description = CleanCharField(required=False, allow_blank=True, max_length=details.MAX_DESCRIPTION_LENGTH)
    category = CleanCharField(required=False, allow_blank=True, max_length=80)
    community_id = CleanCharField(required=False, allow_blank=True, max_length=details.MAX_BRAND_LENGTH)
    community_slug = CleanCharField(required=False, allow_blank=True, max_length=80)
    tags = SlugsField(required=False, max_items=details.MAX_TAGS, max_length=details.MAX_TAG_LENGTH)
    cover_image_url = serializers.URLField(required=False, allow_blank=True, max_length=2000)
    co_host_ids = SlugsField(required=False, max_items=details.MAX_CO_HOSTS, max_length=details.MAX_ID_LENGTH)
    timezone = TimezoneField(required=False, help_text="IANA, of the host; default UTC.")
    duration_minutes = WholeNumberField(
        required=False, allow_null=True, min_value=1, max_value=details.MAX_DURATION_MINUTES
    )
    is_public = JSONBooleanField(required=False, help_text="Whether it has a public page; default true.")
    requires_approval = JSONBooleanField(required=False)
    waitlist_mode = WordField(required=False, choices=WaitlistMode.choices)
    offer_minutes = WholeNumberField(
        required=False,
        min_value=1,
        max_value=details.MAX_REMINDER_MINUTES,
        help_text="How long an offered seat is kept.",
    )
    custom_questions = CustomQuestionsField(required=False)
    registration_closes_at = SessionTimeField(required=False, allow_null=True)
    reminder_minutes = serializers.ListField(
        required=False,
        child=WholeNumberField(min_value=1, max_value=details.MAX_REMINDER_MINUTES),
        max_length=details.MAX_REMINDERS,
        help_text="Before the start; default: 1440 and 60.",
    )
    max_duration_minutes = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=details.MAX_DURATION_MINUTES,
        help_text="From its start; then it is ended. Default: four hours.",
    )
    host_grace_minutes = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=details.MAX_DURATION_MINUTES,
        help_text="So long after its time it is cancelled, or ended, if no host came; 0: never. Default: 30.",
    )


@request_example(
    "Office hours",
    {
        "host_id": "host-1",
        "brand_id": "acme",
        "title": "Office hours",
        "scheduled_at": "2030-01-15T17:00:00Z",
        "max_participants": 25,
    },
)
class SessionRequest(SessionOptions):
    """The body of a create."""

    host_id = CleanCharField(min_length=1, max_length=details.MAX_ID_LENGTH)
    brand_id = CleanCharField(min_length=1, max_length=details.MAX_BRAND_LENGTH)
    title = CleanCharField(min_length=1, max_length=details.MAX_TITLE_LENGTH)
    scheduled_at = SessionTimeField()
    max_participants = SeatsField()
    kind = WordField(required=False, choices=Kind.choices, default=Kind.LIVE)
    metadata = MetadataField(required=False, default=dict)
    provider = WordField(
        choices=ROOM_PROVIDERS,
        required=False,
        allow_blank=True,
        default="",
        help_text="Of its room; default: the account's GetStream connection, else its LiveKit one.",
    )


class ReasonRequest(StrictSerializer):
    """Why a session is ended or cancelled."""

    reason = ReasonField(required=False, default="")


class SessionListSerializer(EnvelopeSerializer):
    """A page of sessions; `next_cursor` is null on the last."""

    sessions = SessionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SessionListQuery(PageQuery):
    """Which sessions; filters can be combined."""

    brand_id = CleanCharField(required=False, max_length=details.MAX_BRAND_LENGTH)
    host_id = CleanCharField(required=False, max_length=details.MAX_ID_LENGTH)
    host_user_id = CleanCharField(
        required=False, max_length=details.MAX_ID_LENGTH, help_text="The same as host_id."
    )
    community_id = CleanCharField(required=False, max_length=details.MAX_BRAND_LENGTH)
    status = WordField(required=False, choices=Session.Status.choices)
    kind = WordField(required=False, choices=Kind.choices)
    category = CleanCharField(required=False, max_length=80)
    upcoming = serializers.BooleanField(
        required=False, help_text="true: those that are live, or scheduled for a time to come; soonest first."
    )
    upcoming_only = serializers.BooleanField(required=False, help_text="The same as upcoming.")
    month = serializers.RegexField(
        r"\A[0-9]{4}-(0[1-9]|1[0-2])\Z",
        required=False,
        help_text="YYYY-MM: those of this month in UTC, the earliest first.",
        error_messages={"invalid": "Give a month as YYYY-MM, for example 2026-11."},
    )
