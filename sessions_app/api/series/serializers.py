"""Requests and answers of the series API."""

from typing import Any

from rest_framework import serializers

from calls.api.fields import MetadataField, ReasonField
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    InstantField,
    JSONObjectField,
    PageQuery,
    PlainSerializer,
    StrictSerializer,
)
from sessions_app.api.fields import MailAddressField, SeatsField, SessionTimeField, TimezoneField, WordField
from sessions_app.api.sessions.serializers import SessionListSerializer, SessionOptions
from sessions_app.models import details
from sessions_app.models.details import Kind, WaitlistMode
from sessions_app.models.person import MAX_NAME_LENGTH, Role
from sessions_app.series.rules import MAX_OCCURRENCES, MAX_RULE_LENGTH

RULE_HELP = (
    "RRULE (RFC 5545) of whole days: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, with INTERVAL, COUNT (at most "
    f"{MAX_OCCURRENCES}) or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYYEARDAY, BYWEEKNO, BYSETPOS and WKST."
)
SERIES_ONLY = ("starts_at", "rule", "excluded")
ONE_ONLY = ("scheduled_at",)


class ExcludedField(serializers.ListField):
    """Times of the rule that are left out, as ISO texts in UTC."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        super().__init__(child=InstantField(), max_length=MAX_OCCURRENCES, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:  # noqa: ANN401 - whatever was sent
        return sorted(time.isoformat() for time in super().to_internal_value(data))


class SeriesOptions(StrictSerializer, SessionOptions):
    """What every session of the series has besides; all optional."""

    registration_closes_at = None  # type: ignore[assignment] # of one session only
    excluded = ExcludedField(required=False, help_text="The rule is left out on their days.")


@request_example(
    "Every Monday at ten in Berlin, summer and winter",
    {
        "host_id": "host-1",
        "brand_id": "acme",
        "title": "Office hours",
        "starts_at": "2027-01-04T10:00:00+01:00",
        "timezone": "Europe/Berlin",
        "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "max_participants": 25,
    },
)
class SeriesRequest(SeriesOptions):
    """A new series: the details of its sessions, and when they are."""

    host_id = CleanCharField(min_length=1, max_length=details.MAX_ID_LENGTH)
    brand_id = CleanCharField(min_length=1, max_length=details.MAX_BRAND_LENGTH)
    title = CleanCharField(min_length=1, max_length=details.MAX_TITLE_LENGTH)
    starts_at = SessionTimeField(help_text="Of the first session; it becomes the first time of the rule.")
    rule = CleanCharField(min_length=1, max_length=MAX_RULE_LENGTH, help_text=RULE_HELP)
    max_participants = SeatsField()
    kind = WordField(required=False, choices=Kind.choices, default=Kind.OFFICE_HOURS)
    metadata = MetadataField(required=False, default=dict)


@request_example(
    "Another title, and more seats, for all sessions to come",
    {"scope": "all", "title": "Clinic", "max_participants": 30},
)
class SeriesChange(SeriesOptions):
    """A change of one session, of one and those after it, or of all to come."""

    scope = WordField(required=False, choices=("this", "following", "all"), default="all")
    occurrence_id = IdField(required=False, help_text="The session, for `this` and `following`.")
    title = CleanCharField(required=False, min_length=1, max_length=details.MAX_TITLE_LENGTH)
    starts_at = SessionTimeField(required=False, help_text="`all`, `following`: of the first session.")
    scheduled_at = SessionTimeField(required=False, help_text="`this`: the new time of the session.")
    rule = CleanCharField(required=False, min_length=1, max_length=MAX_RULE_LENGTH, help_text=RULE_HELP)
    max_participants = SeatsField(required=False)
    kind = WordField(required=False, choices=Kind.choices)
    metadata = MetadataField(required=False, help_text="Merged into each session's (RFC 7396).")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        scope = attrs["scope"]
        if (scope == "all") == ("occurrence_id" in attrs):
            raise serializers.ValidationError(
                {"occurrence_id": ["Name the session with the scopes this and following, and not with all."]}
            )
        refused = SERIES_ONLY if scope == "this" else ONE_ONLY
        if wrong := [name for name in refused if name in attrs]:
            message = f"This cannot be changed with the scope {scope}."
            raise serializers.ValidationError({name: [message] for name in wrong})
        return attrs


class SeriesCancelRequest(StrictSerializer):
    """Why the sessions to come are cancelled, and from which one on."""

    reason = ReasonField(required=False, default="")
    occurrence_id = IdField(required=False, help_text="Default: all sessions to come.")


class SeriesSerializer(PlainSerializer):
    """A series."""

    id = serializers.UUIDField()
    host_id = serializers.CharField()
    brand_id = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    category = serializers.CharField(allow_null=True)
    community_id = serializers.CharField(allow_null=True)
    community_slug = serializers.CharField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    cover_image_url = serializers.CharField(allow_null=True)
    co_host_ids = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    rule = serializers.CharField()
    excluded = serializers.ListField(child=serializers.CharField())
    duration_minutes = serializers.IntegerField(allow_null=True)
    max_participants = serializers.IntegerField()
    metadata = serializers.JSONField()
    is_public = serializers.BooleanField()
    requires_approval = serializers.BooleanField()
    waitlist_mode = serializers.ChoiceField(choices=WaitlistMode.choices)
    offer_minutes = serializers.IntegerField()
    custom_questions = serializers.JSONField()
    reminder_minutes = serializers.ListField(child=serializers.IntegerField())
    is_active = serializers.BooleanField(help_text="false: cancelled.")
    previous_id = serializers.UUIDField(allow_null=True, help_text="The series that this one was split off.")
    planned_until = serializers.DateTimeField(
        allow_null=True, help_text="Its sessions up to this time are made; in 9999: all of the rule."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class SeriesListSerializer(EnvelopeSerializer):
    """A page of series, newest first."""

    series = SeriesSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SeriesListQuery(PageQuery):
    """Which series."""

    brand_id = CleanCharField(required=False, max_length=details.MAX_BRAND_LENGTH)
    host_id = CleanCharField(required=False, max_length=details.MAX_ID_LENGTH)


@request_example("A guest", {"guest_email": "ben@example.com", "name": "Ben", "timezone": "Asia/Tokyo"})
class SeriesRegistrationRequest(StrictSerializer):
    """Who is registered for all sessions: the calling user, or a guest whom a host names."""

    name = CleanCharField(required=False, max_length=MAX_NAME_LENGTH)
    email = MailAddressField(required=False, help_text="Where mail is sent; default: the JWT's.")
    guest_email = MailAddressField(required=False, help_text="A guest, known by this address.")
    timezone = TimezoneField(required=False)
    answers = JSONObjectField(required=False)


class SeriesRegistrationSerializer(PlainSerializer):
    """A registration for a whole series."""

    id = serializers.UUIDField()
    series_id = serializers.UUIDField()
    user_id = serializers.CharField(allow_null=True)
    patient_id = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    registered_at = serializers.DateTimeField(source="created_at")
    cancelled_at = serializers.DateTimeField(allow_null=True)


class SeriesRosterSerializer(EnvelopeSerializer):
    """A page of the people registered for the whole series."""

    registrations = SeriesRegistrationSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


OccurrencesSerializer = SessionListSerializer
