"""Cancel a registration: one seat becomes free, and goes to whoever waits first."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.models import Mail, Registration, Session
from sessions_app.publish import REGISTRATION_CANCELLED
from sessions_app.registrations import seats
from sessions_app.registrations.lookup import lock_registration
from sessions_app.registrations.waitlist import fill_free_seats
from sessions_app.rules import is_possible
from sessions_app.schedule import Kind, drop_duty

Status = Registration.Status


def cancel_registration(session_id: UUID, registration_id: UUID, caller: Caller) -> Registration:
    """Cancel the caller's own registration, or, for hosts and back ends, anyone's. Safe to repeat.

    Raises SessionNotFound, RegistrationNotFound, and SessionStateError once the session has ended.
    """
    with transaction.atomic():
        session, registration = lock_registration(session_id, registration_id, caller)
        if registration.is_open:
            if not is_possible(session, "leave"):
                raise SessionStateError("The session has ended; its registrations are kept as they are.")
            withdraw(session, registration)
        return registration


def withdraw(
    session: Session, registration: Registration, mail: Mail.Kind | None = Mail.Kind.UNREGISTERED
) -> None:
    """Cancel an open registration of a locked session, and give its seat to the next."""
    if registration.status == Status.OFFERED:
        drop_duty(session, Kind.OFFER, str(registration.pk))
    seats.move(
        session,
        [registration],
        Status.CANCELLED,
        event=REGISTRATION_CANCELLED,
        mail=mail,
        cancelled_at=timezone.now(),
    )
    fill_free_seats(session)
