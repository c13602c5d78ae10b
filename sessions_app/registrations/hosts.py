"""Hosts and co-hosts who are registered: they take no seat."""

from sessions_app.models import Mail, Registration, Session
from sessions_app.models.person import Role, person_key
from sessions_app.publish import REGISTRATION_UPDATED
from sessions_app.registrations import seats
from sessions_app.registrations.waitlist import fill_free_seats

Status = Registration.Status


def apply_hosts(session: Session) -> None:
    """Follow a change of the hosts of a locked, saved session.

    Who hosts it now gives their seat to the next; a former co-host gets a seat, or waits for one.
    """
    rows = Registration.objects.filter(session=session, status__in=Registration.OPEN)
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("created_at", "id")
    host = person_key(user_id=session.host_id)
    keys = [person_key(user_id=user) for user in session.host_ids]
    for registration in locked.filter(person_key__in=keys):
        role = Role.HOST if registration.person_key == host else Role.CO_HOST
        if registration.role != role:
            _move(session, registration, Status.REGISTERED, role)
    for registration in locked.filter(role=Role.CO_HOST).exclude(person_key__in=keys):
        is_free = seats.has_seat_for_all(session)
        _move(session, registration, Status.REGISTERED if is_free else Status.WAITLIST, Role.PARTICIPANT)
    fill_free_seats(session)


def _move(session: Session, registration: Registration, status: Registration.Status, role: Role) -> None:
    is_waiting = status == Status.WAITLIST
    seats.move(
        session,
        [registration],
        status,
        event=REGISTRATION_UPDATED,
        mail=Mail.Kind.WAITLISTED if is_waiting else None,
        role=role,
        waitlist_number=seats.next_waitlist_number(session) if is_waiting else None,
    )
