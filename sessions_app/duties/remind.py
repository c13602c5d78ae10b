"""Remind everybody who has a seat; the duty's slot says how many minutes before the start."""

from datetime import datetime, timedelta

from django.utils import timezone

from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Registration, Session, SessionDuty


def settled(session: Session, duty: SessionDuty) -> None:
    """Write the reminders, unless the session is over, has begun, or its time has passed.

    The cause holds the time: a session that is moved is reminded of again, and of one time nobody twice.
    """
    if session.status != Session.Status.SCHEDULED or session.scheduled_at <= timezone.now():
        return
    minutes = int(duty.slot)
    if any(timezone.now() >= _at(session, later) for later in session.reminder_minutes if later < minutes):
        return  # no worker was there in time, and a later reminder is due too
    seated = Registration.objects.filter(session=session, status=Registration.Status.REGISTERED)
    cause = f"{session.scheduled_at.isoformat()}:{duty.slot}"
    notify(session, seated, Mail.Kind.REMINDER, cause=cause, minutes=minutes)


def _at(session: Session, minutes: int) -> datetime:
    return session.scheduled_at - timedelta(minutes=minutes)
