"""Offers: a seat that is kept for the first person waiting, for a limited time."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.models import Mail, Registration, Session
from sessions_app.publish import REGISTRATION_PROMOTED
from sessions_app.registrations import seats
from sessions_app.registrations.cancel import withdraw
from sessions_app.registrations.lookup import lock_registration
from sessions_app.schedule import Kind, drop_duty

Status = Registration.Status


def accept(session_id: UUID, registration_id: UUID, caller: Caller) -> Registration:
    """Take the offered seat; the person, or a host for them. Who has the seat already gets the same answer.

    Raises SessionNotFound, RegistrationNotFound, and SessionStateError without an offer.
    """
    with transaction.atomic():
        session, registration = lock_registration(session_id, registration_id, caller)
        if registration.status != Status.REGISTERED:
            _require_offer(session, registration)
            drop_duty(session, Kind.OFFER, str(registration.pk))
            seats.move(
                session,
                [registration],
                Status.REGISTERED,
                event=REGISTRATION_PROMOTED,
                mail=Mail.Kind.PROMOTED,
                promoted_at=timezone.now(),
            )
        return registration


def decline(session_id: UUID, registration_id: UUID, caller: Caller) -> Registration:
    """Give the offered seat back, for the next: the registration is cancelled. Errors as in `accept`."""
    with transaction.atomic():
        session, registration = lock_registration(session_id, registration_id, caller)
        if registration.status != Status.CANCELLED:
            _require_offer(session, registration)
            withdraw(session, registration)
        return registration


def _require_offer(session: Session, registration: Registration) -> None:
    if registration.status != Status.OFFERED:
        raise SessionStateError(f"No seat is offered: the registration is '{registration.status}'.")
    if session.is_over:
        raise SessionStateError("The session is over; its offers are void.")
    ends_at = registration.offer_expires_at
    if ends_at and ends_at <= timezone.now():
        raise SessionStateError(f"The offer ended at {ends_at.isoformat(timespec='minutes')}.")
