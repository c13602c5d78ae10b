"""Publishes events about sessions, in the transaction of the change, with the session locked."""

from collections.abc import Sequence
from typing import Any

from liveplatform.webhooks.publish import EventMessage, publish_many
from liveplatform.webhooks.publish import publish as publish_event
from sessions_app.models import Question, Registration, Session
from sessions_app.representation import (
    QuestionSerializer,
    RegistrationEventSerializer,
    SessionEventSerializer,
)

SESSION_CREATED = "session.created"
SESSION_UPDATED = "session.updated"
SESSION_RESCHEDULED = "session.rescheduled"
SESSION_STARTED = "session.started"
SESSION_ENDED = "session.ended"
SESSION_CANCELLED = "session.cancelled"
REGISTRATION_CREATED = "registration.created"
REGISTRATION_UPDATED = "registration.updated"  # approved, declined, or another role
REGISTRATION_PROMOTED = "registration.promoted"
REGISTRATION_OFFERED = "registration.offered"
REGISTRATION_CANCELLED = "registration.cancelled"
QUESTION_ASKED = "question.asked"
QUESTION_MODERATED = "question.moderated"
RECORDING_READY = "recording.ready"
ATTENDANCE_READY = "attendance.ready"


def publish(
    session: Session,
    event_type: str,
    *,
    registration: Registration | None = None,
    question: Question | None = None,
    **data: Any,  # noqa: ANN401 - what the type's schema has besides
) -> None:
    """Publish one event about a locked session, whose changes are saved; takes and saves its number."""
    session.event_sequence += 1
    session.save(update_fields=["event_sequence"])
    parts: dict[str, Any] = {"session": SessionEventSerializer.write(session)}
    if registration is not None:
        parts["registration"] = RegistrationEventSerializer.write(registration)
    if question is not None:
        parts["question"] = QuestionSerializer.write(question)
    publish_event(session.account_id, session.pk, session.event_sequence, event_type, parts | data)


def publish_registrations(session: Session, event_type: str, registrations: Sequence[Registration]) -> None:
    """Publish one event per registration with one statement, and save the session's counters of seats."""
    first = session.event_sequence + 1
    session.event_sequence += len(registrations)
    session.save(update_fields=["event_sequence", *Session.SEAT_COUNTERS])
    described = SessionEventSerializer.write(session)
    publish_many(
        [
            EventMessage(
                session.account_id,
                session.pk,
                number,
                event_type,
                {"session": described, "registration": RegistrationEventSerializer.write(registration)},
            )
            for number, registration in enumerate(registrations, first)
        ]
    )
