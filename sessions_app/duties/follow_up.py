"""What follows after a session: its attendance is settled, and those who came and who did not get a mail."""

from datetime import timedelta

from django.utils import timezone

from sessions_app.attendance.settle import is_checked, settle_attendance
from sessions_app.invitations.follow_ups import send_follow_ups
from sessions_app.models import Session, SessionDuty
from sessions_app.schedule import add_duty

# Until the provider is looked at again.
PAUSE = timedelta(seconds=30)


def settled(session: Session, duty: SessionDuty) -> None:
    """Once the provider was asked about the attendance; the session, and its call, are locked."""
    if session.status != Session.Status.ENDED:
        return
    if not is_checked(session):
        add_duty(session, SessionDuty.Kind.FOLLOW_UP, at=timezone.now() + PAUSE)
        return
    if settle_attendance(session):
        send_follow_ups(session)
