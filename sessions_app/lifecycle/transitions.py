"""Changes of a session's status: the row, its duties, its events and its mails, in one transaction.

The session is locked by the caller, who has checked that the change is possible.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from calls.lifecycle.end import end as end_call
from calls.models import Call
from calls.models.end_code import EndCode
from sessions_app.invitations.notices import notify
from sessions_app.livestreams.start import start_with_session
from sessions_app.livestreams.stop import stop_with_session
from sessions_app.livestreams.webhooks import MEETING_ENDED, MEETING_STARTED, tell_session
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.models.session import CANCELLED_REASON, ENDED_REASON
from sessions_app.publish import SESSION_CANCELLED, SESSION_ENDED, SESSION_STARTED, publish
from sessions_app.schedule import add_duty, plan_duties

MAX_REASON = 500
# After the end, for the provider's last events about who was there.
FOLLOW_UP_DELAY = timedelta(minutes=2)


def open_registrations(session: Session) -> QuerySet[Registration]:
    """Everybody who is to be told of a change: with a seat, or waiting."""
    return Registration.objects.filter(session=session, status__in=Registration.OPEN)


def mark_live(session: Session, at: datetime) -> None:
    """The call is live, and so is its session; livestreams that start with it are begun."""
    _save(session, status=Session.Status.LIVE, started_at=at)
    plan_duties(session)
    publish(session, SESSION_STARTED)
    tell_session(session, MEETING_STARTED)
    start_with_session(session)


def mark_ended(session: Session, reason: str, actor: str, at: datetime | None = None) -> None:
    """The session is over, and with it its call and its livestream."""
    _save(
        session,
        status=Session.Status.ENDED,
        ended_at=at or timezone.now(),
        end_reason=(reason or ENDED_REASON)[:MAX_REASON],
    )
    plan_duties(session)
    add_duty(session, SessionDuty.Kind.FOLLOW_UP, at=timezone.now() + FOLLOW_UP_DELAY)
    publish(session, SESSION_ENDED)
    tell_session(session, MEETING_ENDED)
    end_its_call(session, actor)
    stop_with_session(session, actor)


def mark_cancelled(session: Session, reason: str, actor: str) -> None:
    """The session does not take place; everybody is told."""
    _save(
        session,
        status=Session.Status.CANCELLED,
        cancelled_at=timezone.now(),
        end_reason=(reason or CANCELLED_REASON)[:MAX_REASON],
        calendar_sequence=session.calendar_sequence + 1,
    )
    plan_duties(session)
    publish(session, SESSION_CANCELLED)
    tell_of_cancellation(session)
    end_its_call(session, actor)


def tell_of_cancellation(session: Session) -> None:
    """Mail everybody that the session is cancelled, or was ended because its host did not come."""
    cause = f"cancel:{session.calendar_sequence}"
    registrations = open_registrations(session)
    notify(session, registrations, Mail.Kind.CANCELLED, cause=cause, reason=session.end_reason)


def end_its_call(session: Session, actor: str) -> None:
    """End the call, if one was made, through the end of every call. Its lock comes after the session's."""
    if session.call_id and Call.objects.filter(pk=session.call_id, ended_at=None).exists():
        end_call(
            session.call_id,
            account_id=session.account_id,
            reason=session.end_reason,
            code=EndCode.SESSION_ENDED,
            actor=actor,
        )


def _save(session: Session, **values: Any) -> None:  # noqa: ANN401 - of its columns
    for name, value in values.items():
        setattr(session, name, value)
    session.save(update_fields=list(values))
    session.refresh_from_db(fields=["updated_at"])
