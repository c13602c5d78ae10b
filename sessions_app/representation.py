"""How sessions, registrations and questions are written: in the API, and in events."""

from django.db import models
from rest_framework import serializers

from liveplatform.api.serializers import PlainSerializer
from sessions_app.models import Question, Registration, Session
from sessions_app.models.details import Kind
from sessions_app.models.person import Role


class SessionBase(PlainSerializer):
    """What every answer about a session holds."""

    id = serializers.UUIDField()
    host_id = serializers.CharField()
    brand_id = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    category = serializers.CharField(allow_null=True)
    scheduled_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=Session.Status.choices)
    stream_call_id = serializers.CharField(allow_null=True, help_text="Of the room; null until it is made.")
    max_participants = serializers.IntegerField()
    duration_minutes = serializers.IntegerField(allow_null=True)
    recording_url = serializers.CharField(allow_null=True)
    metadata = serializers.JSONField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    registered_count = serializers.IntegerField()

    @staticmethod
    def get_stream_call_id(session: Session) -> str | None:
        """A video call's room has the call's own id."""
        return str(session.call_id) if session.call_id else None


class SessionSerializer(SessionBase):
    """A session as its vendor has it; `is_registered` is about the caller."""

    is_registered = serializers.BooleanField()


class AdminSessionSerializer(SessionBase):
    """A session for those who run it."""

    description = serializers.CharField(allow_null=True)
    co_host_ids = serializers.ListField(child=serializers.CharField())
    cover_image_url = serializers.CharField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())


class SessionEventSerializer(AdminSessionSerializer):
    """A session in an event: the whole of it."""

    timezone = serializers.CharField()
    community_id = serializers.CharField(allow_null=True)
    community_slug = serializers.CharField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_null=True)
    waitlist_count = serializers.IntegerField()
    offered_count = serializers.IntegerField()
    series_id = serializers.UUIDField(allow_null=True)


class PlaceStatus(models.TextChoices):
    """A registration's status in its vendor's words."""

    REGISTERED = "registered"
    WAITLIST = "waitlist"
    CANCELLED = "cancelled"


class RegistrationSerializer(PlainSerializer):
    """A registration of a user, as its vendor has it, and `state`, which says more.

    `status` is `waitlist` for everybody without a seat: those who wait, and those who wait for approval.
    """

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    user_id = serializers.CharField(help_text="Of a patient the patient's id; empty of a guest.")
    status = serializers.ChoiceField(choices=PlaceStatus.choices)
    registered_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=Registration.Status.choices, source="status")

    @staticmethod
    def get_user_id(registration: Registration) -> str:
        """A patient is the user of the same id."""
        return registration.user_id or registration.patient_id

    @staticmethod
    def get_status(registration: Registration) -> str:
        match registration.status:
            case Registration.Status.REGISTERED:
                return PlaceStatus.REGISTERED.value
            case Registration.Status.CANCELLED | Registration.Status.DECLINED:
                return PlaceStatus.CANCELLED.value
            case _:
                return PlaceStatus.WAITLIST.value


class RegistrationEventSerializer(RegistrationSerializer):
    """A registration in an event."""

    patient_id = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    answers = serializers.JSONField()
    offer_expires_at = serializers.DateTimeField(allow_null=True)


class QuestionSerializer(PlainSerializer):
    """A question, as its vendor has it, and its answer."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    asker_user_id = serializers.CharField()
    body = serializers.CharField()
    status = serializers.ChoiceField(choices=Question.Status.choices)
    vote_count = serializers.IntegerField()
    asked_at = serializers.DateTimeField(source="created_at")
    moderated_at = serializers.DateTimeField(allow_null=True)
    moderator_user_id = serializers.CharField(allow_null=True)
    answer = serializers.CharField(allow_null=True)
