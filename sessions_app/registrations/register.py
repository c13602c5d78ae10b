"""Register a person for a session."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import (
    AlreadyRegistered,
    InvalidAnswers,
    RegistrationClosed,
    SessionFull,
    SessionStateError,
)
from sessions_app.lookup import lock_session
from sessions_app.models import Registration, Session
from sessions_app.models.person import Role
from sessions_app.registrations import seats
from sessions_app.registrations.custom_questions import validate_answers
from sessions_app.registrations.registrant import Registrant
from sessions_app.rules import is_possible

Status = Registration.Status

IN_ROOM = {"ended": "has ended", "cancelled": "was cancelled"}


def register(
    session_id: UUID, registrant: Registrant, caller: Caller, *, is_strict: bool = False
) -> Registration:
    """Register somebody: the caller, or, for hosts and back ends, anyone.

    The registration is REGISTERED, PENDING (the session asks for approval; holds no seat) or WAITLIST. A
    repeat returns the one that there is. `is_strict`: raise AlreadyRegistered for a repeat, and SessionFull
    instead of waiting. Raises SessionNotFound, NotAllowed, RegistrationClosed, SessionStateError and
    InvalidAnswers.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        if registrant.user_id != caller.user_id or not caller.user_id or registrant.role == Role.HOST:
            caller.require_host_of(session)
        return add_registration(session, registrant, actor=caller.actor, is_strict=is_strict)


def add_registration(
    session: Session, registrant: Registrant, *, actor: str, is_strict: bool = False, is_quiet: bool = False
) -> Registration:
    """The same for a locked session, whoever asks. `is_quiet`: as `seats.add`."""
    found = _find(session, registrant.key)
    if found is not None:
        return _repeat(found, is_strict=is_strict)
    _require_open(session)
    registration = _new(session, registrant, actor)
    registration.status = _first_status(session, registration)
    if is_strict and registration.status == Status.WAITLIST:
        raise SessionFull(f"All {session.max_participants} seats are taken.")
    seats.add(session, registration, is_quiet=is_quiet)
    return registration


def add_newcomers(
    session: Session, registrants: Iterable[Registrant], *, actor: str, is_quiet: bool = False
) -> list[InvalidAnswers]:
    """Register many people who are not registered yet, in their order, for a locked session.

    Those whose answers do not fit are left out, and their errors returned. Raises SessionStateError.
    """
    _require_open(session)
    registrations, errors = [], []
    for registrant in registrants:
        try:
            registrations.append(_new(session, registrant, actor))
        except InvalidAnswers as error:
            errors.append(error)
    seats.add_all(session, registrations, _first_status, is_quiet=is_quiet)
    return errors


def _find(session: Session, key: str) -> Registration | None:
    """Reads the id only, which is cheaper for all those who come for the first time."""
    rows = Registration.objects.filter(session=session, person_key=key).exclude(status=Status.CANCELLED)
    found = list(rows.values_list("pk", flat=True))
    return Registration.objects.get(pk=found[0]) if found else None


def _repeat(found: Registration, *, is_strict: bool) -> Registration:
    if found.status == Status.DECLINED:
        raise SessionStateError("The host has declined this registration, and may still approve it.")
    if is_strict:
        raise AlreadyRegistered(f"This person is registered already ({found.status}).")
    return found


def _require_open(session: Session) -> None:
    if not is_possible(session, "register"):
        raise SessionStateError(f"The session {IN_ROOM[session.status]}; nobody can register.")
    closes_at = session.registration_closes_at
    if closes_at and closes_at <= timezone.now():
        raise RegistrationClosed(f"Registration closed at {closes_at.isoformat(timespec='minutes')}.")


def _new(session: Session, registrant: Registrant, actor: str) -> Registration:
    role = _role(session, registrant)
    is_host = role in (Role.HOST, Role.CO_HOST)
    answers = {} if is_host else validate_answers(session.custom_questions, registrant.answers)
    return Registration(
        session=session,
        **registrant.identity(),
        role=role,
        answers=answers,
        is_of_series=registrant.is_of_series,
        created_by=actor,
        registered_at=timezone.now(),
    )


def _role(session: Session, registrant: Registrant) -> Role:
    """A host's own role is the session's to say."""
    who = registrant.user_id or registrant.patient_id
    if who and who == session.host_id:
        return Role.HOST
    if who in session.co_host_ids:
        return Role.CO_HOST
    return registrant.role


def _first_status(session: Session, registration: Registration) -> Registration.Status:
    if session.requires_approval and registration.takes_seat:
        return Status.PENDING
    return seats.seat_or_wait(session, registration)
