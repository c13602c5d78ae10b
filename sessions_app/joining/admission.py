"""Who may join a session now: its hosts, and those who are registered, while the join window is open."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from sessions_app.exceptions import NotJoinable
from sessions_app.identity import GUEST_PREFIX, identity_of, role_of
from sessions_app.models import Registration, Session
from sessions_app.models.person import Role
from sessions_app.rules import is_possible
from sessions_app.schedule import opens_at

Status = Registration.Status

# What is said to registered people who have no seat, by the status of their registration.
WAITING = {
    Status.PENDING: "The registration waits for the host's approval.",
    Status.WAITLIST: "All seats are taken; the registration is on the waitlist.",
    Status.OFFERED: "A seat is offered to this person; accept it first.",
}


@dataclass(frozen=True)
class Admission:
    """Somebody who may join: under which identity, and as what."""

    session: Session
    identity: str
    role: Role
    name: str = ""


def admit_user(session: Session, user_id: str) -> Admission:
    """Admit a user, a patient, or a guest, by their identity. Raises NotJoinable."""
    if user_id in session.host_ids:
        return _admit(session, user_id, None)
    return _admit(session, user_id, find_registration(session, user_id))


def admit(session: Session, registration: Registration) -> Admission:
    """Admit a registered person. Raises NotJoinable."""
    return _admit(session, identity_of(registration), registration)


def find_registration(session: Session, user_id: str) -> Registration | None:
    """The open registration of the person with this identity; None without one."""
    if not user_id:
        return None
    rows = session.registrations.filter(status__in=Registration.OPEN)
    guest = _guest_registration_id(user_id)
    found: Registration | None = rows.filter(user_id=user_id).first()
    found = found or rows.filter(user_id="", patient_id=user_id).first()
    return found or (rows.filter(user_id="", patient_id="", pk=guest).first() if guest else None)


def _guest_registration_id(identity: str) -> UUID | None:
    """The registration's id in a guest's identity; None of other people."""
    try:
        return UUID(identity.removeprefix(GUEST_PREFIX)) if identity.startswith(GUEST_PREFIX) else None
    except ValueError:
        return None


def _admit(session: Session, identity: str, registration: Registration | None) -> Admission:
    role = role_of(session, identity, registration)
    _require_not_over(session)
    if identity not in session.host_ids:
        _require_seat(session, registration)
    if session.status != Session.Status.LIVE and timezone.now() < opens_at(session):
        opens = f"{opens_at(session):%Y-%m-%dT%H:%M:%SZ}"
        raise _refusal(session, f"The session opens at {opens}.", "too_early")
    return Admission(session, identity, role, registration.name if registration else "")


def _require_not_over(session: Session) -> None:
    if session.status == Session.Status.CANCELLED:
        raise _refusal(session, "The session was cancelled.", "cancelled")
    if not is_possible(session, "join"):
        raise _refusal(session, "The session has ended.", "over")


def _require_seat(session: Session, registration: Registration | None) -> None:
    """People whom somebody registered as host need a registration too."""
    status = Status(registration.status) if registration else None
    if status == Status.REGISTERED:
        return
    if status in WAITING:
        raise _refusal(session, WAITING[status], str(status.value))
    raise _refusal(session, "This person is not registered for the session.", "not_registered")


def _refusal(session: Session, message: str, reason: str) -> NotJoinable:
    return NotJoinable(message, reason, session.scheduled_at)
