"""Event types about sessions, registrations, questions, attendance and recordings."""

from rest_framework import serializers

from liveplatform.api.serializers import PlainSerializer
from liveplatform.webhooks.event_types import EventType
from sessions_app import publish
from sessions_app.event_examples import (
    ASKED,
    ATTENDANCE,
    CANCELLED,
    CREATED,
    ENDED,
    LEFT,
    LIVE,
    MODERATED,
    OFFERED,
    PROMOTED,
    RECORDED,
    REGISTERED,
    RESCHEDULED,
    REVIEWED,
    UPDATED,
)
from sessions_app.representation import (
    QuestionSerializer,
    RegistrationEventSerializer,
    SessionEventSerializer,
)


class SessionEventData(PlainSerializer):
    """The session at the time of the event."""

    session = SessionEventSerializer()


class SessionUpdatedData(SessionEventData):
    """The session after a change."""

    changed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The names of the fields that changed."
    )


class SessionRescheduledData(SessionEventData):
    """The session at its new time, and the time that it had."""

    previous_scheduled_at = serializers.DateTimeField(required=False)


class RegistrationEventData(SessionEventData):
    """The registration, and its session with the counts after the change."""

    registration = RegistrationEventSerializer()


class QuestionEventData(SessionEventData):
    """The question and its session."""

    question = QuestionSerializer()


class AttendanceCounts(PlainSerializer):
    """How many came. The people and their times: GET /v1/sessions/{id}/attendance."""

    registered = serializers.IntegerField(help_text="They held a seat when the session ended.")
    attended = serializers.IntegerField()
    absent = serializers.IntegerField()


class AttendanceReadyData(SessionEventData):
    """The ended session, and how many of its people came."""

    attendance = AttendanceCounts()


EVENT_TYPES = [
    EventType(publish.SESSION_CREATED, "A session is scheduled.", SessionEventData, CREATED),
    EventType(
        publish.SESSION_UPDATED,
        "A session was changed; a change of its time is session.rescheduled.",
        SessionUpdatedData,
        UPDATED,
    ),
    EventType(
        publish.SESSION_RESCHEDULED, "A session has another time.", SessionRescheduledData, RESCHEDULED
    ),
    EventType(publish.SESSION_STARTED, "A session is live.", SessionEventData, LIVE),
    EventType(publish.SESSION_ENDED, "A session has ended, and so has its call.", SessionEventData, ENDED),
    EventType(publish.SESSION_CANCELLED, "A session was cancelled.", SessionEventData, CANCELLED),
    EventType(
        publish.REGISTRATION_CREATED,
        "Somebody has registered: with a seat, on the waitlist, or waiting for approval.",
        RegistrationEventData,
        REGISTERED,
    ),
    EventType(
        publish.REGISTRATION_UPDATED,
        "A registration was approved or declined by a host, or its role changed.",
        RegistrationEventData,
        REVIEWED,
    ),
    EventType(
        publish.REGISTRATION_PROMOTED,
        "Somebody who waited has a seat.",
        RegistrationEventData,
        PROMOTED,
    ),
    EventType(
        publish.REGISTRATION_OFFERED,
        "A seat is kept for somebody who waited, until `offer_expires_at`.",
        RegistrationEventData,
        OFFERED,
    ),
    EventType(
        publish.REGISTRATION_CANCELLED,
        "A registration was cancelled, or the offer of a seat was declined or ran out.",
        RegistrationEventData,
        LEFT,
    ),
    EventType(publish.QUESTION_ASKED, "A question was asked.", QuestionEventData, ASKED),
    EventType(
        publish.QUESTION_MODERATED,
        "A question was approved, dismissed or answered.",
        QuestionEventData,
        MODERATED,
    ),
    EventType(
        publish.ATTENDANCE_READY,
        "It is known who attended a session that has ended.",
        AttendanceReadyData,
        ATTENDANCE,
    ),
    EventType(
        publish.RECORDING_READY,
        "A recording of a session is ready; its link is `session.recording_url`.",
        SessionEventData,
        RECORDED,
    ),
]
