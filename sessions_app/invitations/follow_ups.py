"""The mails after a session: to those who came, and to those who did not."""

from sessions_app.identity import HOST_ROLES
from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Registration, Session

CAUSE = "ended"


def send_follow_ups(session: Session) -> None:
    """Thank those who attended, and tell the others what they missed; once, however often this is called.

    The session must be locked, have ended, and its registrations' `attended_seconds` be taken from the call.
    Nobody is told to have missed a session that never began, or that they were told is cancelled: one that
    was ended since its host had not come. Hosts get no mail about their own session.
    """
    if session.status != Session.Status.ENDED or session.started_at is None or _was_called_off(session):
        return
    registered = Registration.objects.filter(session=session, status=Registration.Status.REGISTERED)
    seated = registered.exclude(role__in=HOST_ROLES)
    notify(session, seated.filter(attended_seconds__gt=0), Mail.Kind.THANKS, cause=CAUSE)
    notify(session, seated.exclude(attended_seconds__gt=0), Mail.Kind.MISSED, cause=CAUSE)


def _was_called_off(session: Session) -> bool:
    """A session that was restored has a greater sequence than the mails of its cancellation."""
    told = Mail.objects.filter(session=session, kind=Mail.Kind.CANCELLED)
    return told.filter(calendar_sequence=session.calendar_sequence).exists()
