"""Seats: every change of a registration's status, with the session's counters, events and mails.

The session must be locked. An order of changes of one session is the order of its events.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Registration, Session
from sessions_app.publish import REGISTRATION_CREATED, publish_registrations

Status = Registration.Status

COUNTERS = {
    Status.REGISTERED: "registered_count",
    Status.OFFERED: "offered_count",
    Status.WAITLIST: "waitlist_count",
}
BATCH = 1000  # rows of one statement
# What a person is told when the registration is made.
MAILS = {
    Status.REGISTERED: Mail.Kind.REGISTERED,
    Status.PENDING: Mail.Kind.PENDING,
    Status.WAITLIST: Mail.Kind.WAITLISTED,
}


def add(session: Session, registration: Registration, *, is_quiet: bool = False) -> None:
    """Insert a new registration in its status. `is_quiet`: only that the person waits is told by mail."""
    _begin_to_wait(session, registration)
    _count(session, registration, 1)
    registration.save(force_insert=True)
    publish_registrations(session, REGISTRATION_CREATED, [registration])
    mail = MAILS[Status(registration.status)]
    if not is_quiet or mail == Mail.Kind.WAITLISTED:
        notify(session, [registration], mail, cause=mail)


def add_all(
    session: Session,
    registrations: Sequence[Registration],
    status_of: Callable[[Session, Registration], Registration.Status],
    *,
    is_quiet: bool = False,
) -> None:
    """Insert new registrations in their order, with the status that each gets in its turn.

    One statement for all, and one for each kind of mail. `is_quiet`: as `add`.
    """
    for number, registration in enumerate(registrations, next_waitlist_number(session)):
        registration.status = status_of(session, registration)
        if registration.status == Status.WAITLIST:
            registration.waitlist_number = number  # of its event
        _count(session, registration, 1)
    Registration.objects.bulk_create(registrations, batch_size=BATCH)
    publish_registrations(session, REGISTRATION_CREATED, registrations)
    for status, mail in MAILS.items():
        told = [each for each in registrations if each.status == status]
        if told and (not is_quiet or mail == Mail.Kind.WAITLISTED):
            notify(session, told, mail, cause=mail)


def move(
    session: Session,
    registrations: Sequence[Registration],
    status: Registration.Status,
    *,
    event: str,
    mail: Mail.Kind | None,
    **fields: Any,  # noqa: ANN401 - values of fields of the registration
) -> None:
    """Give these registrations another status, and other values of `fields`; one statement for all."""
    values = {"status": status, "updated_at": timezone.now(), **fields}
    for registration in registrations:
        _count(session, registration, -1)
        for name, value in values.items():
            setattr(registration, name, value)
        _count(session, registration, 1)
    Registration.objects.filter(pk__in=[each.pk for each in registrations]).update(**values)
    publish_registrations(session, event, registrations)
    if mail:
        notify(session, registrations, mail, cause=mail)


def seat_or_wait(session: Session, registration: Registration) -> Registration.Status:
    """REGISTERED while a seat is free and nobody waits for it, else WAITLIST. Hosts need no seat."""
    if not registration.takes_seat or has_seat_for_all(session):
        return Status.REGISTERED
    return Status.WAITLIST


def has_seat_for_all(session: Session) -> bool:
    """Whether whoever comes now gets a seat."""
    return session.free_seats > 0 and session.waitlist_count == 0


def next_waitlist_number(session: Session) -> int:
    """A number that grows: the next event's, since nobody begins to wait without one."""
    return session.event_sequence + 1


def _begin_to_wait(session: Session, registration: Registration) -> None:
    if registration.status == Status.WAITLIST:
        registration.waitlist_number = next_waitlist_number(session)


def _count(session: Session, registration: Registration, change: int) -> None:
    counter = COUNTERS.get(Status(registration.status))
    if counter and registration.takes_seat:
        setattr(session, counter, getattr(session, counter) + change)
