"""Approval: hosts decide about those who asked for a seat."""

from collections.abc import Callable, Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import RegistrationNotFound, SessionStateError
from sessions_app.lookup import lock_session
from sessions_app.models import Mail, Registration, Session
from sessions_app.publish import REGISTRATION_UPDATED
from sessions_app.registrations import seats
from sessions_app.rules import is_possible

Status = Registration.Status

MAX_AT_ONCE = 30


def approve(session_id: UUID, ids: Collection[UUID], caller: Caller) -> list[Registration]:
    """Give each a seat, or a place on the waitlist, in the order in which they asked; all or none.

    Also those who were declined. Who was approved before stays as they are. Raises SessionNotFound,
    RegistrationNotFound, NotAllowed, and SessionStateError if one was cancelled or the session is over.
    """
    return _decide(session_id, ids, caller, (Status.PENDING, Status.DECLINED), _approve)


def deny(session_id: UUID, ids: Collection[UUID], caller: Caller) -> list[Registration]:
    """Decline those who wait for approval; all or none. Safe to repeat; raises what `approve` does."""
    return _decide(session_id, ids, caller, (Status.PENDING,), _deny)


def _decide(
    session_id: UUID,
    ids: Collection[UUID],
    caller: Caller,
    undecided: Collection[Registration.Status],
    decide: Callable[[Session, Registration], None],
) -> list[Registration]:
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        caller.require_host_of(session)
        if not is_possible(session, "approve"):
            raise SessionStateError("The session is over; nobody is approved or declined any more.")
        registrations = _lock(session, ids)
        done = (Status.DECLINED,) if decide is _deny else (Status.REGISTERED, Status.WAITLIST, Status.OFFERED)
        for registration in registrations:
            if registration.status in undecided:
                decide(session, registration)
            elif registration.status not in done:
                raise SessionStateError(_refusal(registration))
        return registrations


def _refusal(registration: Registration) -> str:
    """Why nothing is decided about a registration, and what can be done."""
    is_gone = registration.status in {Status.CANCELLED, Status.DECLINED}
    instead = "The person can register again." if is_gone else "Cancel it instead."
    return f"The registration {registration.pk} is '{registration.status}' and needs no approval. {instead}"


def _lock(session: Session, ids: Collection[UUID]) -> list[Registration]:
    rows = Registration.objects.filter(session=session, pk__in=set(ids)).order_by("created_at", "id")
    found = list(rows.select_for_update(of=("self",), no_key=True))
    if len(found) != len(set(ids)):
        raise RegistrationNotFound
    return found


def _approve(session: Session, registration: Registration) -> None:
    status = seats.seat_or_wait(session, registration)
    is_waiting = status == Status.WAITLIST
    number = seats.next_waitlist_number(session) if is_waiting else None
    seats.move(
        session,
        [registration],
        status,
        event=REGISTRATION_UPDATED,
        mail=seats.MAILS[status],
        registered_at=timezone.now(),
        waitlist_number=number,
    )


def _deny(session: Session, registration: Registration) -> None:
    seats.move(session, [registration], Status.DECLINED, event=REGISTRATION_UPDATED, mail=Mail.Kind.DECLINED)
