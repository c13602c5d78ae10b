"""Whether what a mail says still holds when it is sent."""

from datetime import datetime

from sessions_app.models import Mail, Registration, Session

Kind = Mail.Kind

# Mails about a place that the person may have left since.
STATUS_TOLD = {
    Kind.REGISTERED: Registration.Status.REGISTERED,
    Kind.PROMOTED: Registration.Status.REGISTERED,
    Kind.REMINDER: Registration.Status.REGISTERED,
    Kind.PENDING: Registration.Status.PENDING,
    Kind.WAITLISTED: Registration.Status.WAITLIST,
    Kind.OFFERED: Registration.Status.OFFERED,
    Kind.DECLINED: Registration.Status.DECLINED,
}
# Mails about a session to come; of no use to a person who is no more of it.
ABOUT_THE_FUTURE = frozenset(
    [*Mail.INVITING, Kind.REMINDER, Kind.PENDING, Kind.WAITLISTED, Kind.OFFERED, Kind.OFFER_EXPIRED]
)


def reason_to_skip(mail: Mail, now: datetime) -> str:
    """Why the mail is not to be sent any more; "" if it is. Its registration and session must be loaded."""
    session, registration, kind = mail.session, mail.registration, Kind(mail.kind)
    if kind in ABOUT_THE_FUTURE and session.is_over:
        return f"Superseded: the session is {session.status}."
    told = STATUS_TOLD.get(kind)
    if told is not None and registration.status != told:
        return f"Superseded: the registration is {registration.status}."
    if kind in Mail.INVITING and not registration.is_open:
        return f"Superseded: the registration is {registration.status}."
    if kind == Kind.OFFERED and registration.offer_expires_at and registration.offer_expires_at <= now:
        return "Superseded: the offer has expired."
    if kind == Kind.REMINDER:
        return _reminder(mail, session, now)
    return ""


def _reminder(mail: Mail, session: Session, now: datetime) -> str:
    """Nobody is reminded of a time that has passed, or that the session no more has."""
    if not mail.cause.startswith(session.scheduled_at.isoformat()):
        return "Superseded: the session was moved."
    if session.scheduled_at <= now:
        return "Superseded: the session's time has come."
    return ""
