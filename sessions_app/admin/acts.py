"""What staff do to sessions and registrations: the verbs of the API, by the caller "staff:…".

Each act is for a chunk of rows, within one transaction. Rows whose state does not allow it are left alone.
"""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction

from calls.models import Call
from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.cancel import cancel_session, restore_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.offers import accept
from sessions_app.registrations.waitlist import fill_free_seats

ENDED, CANCELLED = "Ended by staff", "Cancelled by staff"


def staff_caller(account_id: UUID, actor: str) -> Caller:
    """Staff may do what a back end may, in every brand of the account."""
    return Caller(account_id=account_id, actor=actor, is_trusted=True)


def end_sessions(ids: Sequence[UUID], actor: str) -> int:
    """End the live ones, and their calls."""
    sessions = _lock(ids, Session.Status.LIVE)
    Call.lock(session.call_id for session in sessions if session.call_id)
    return _each(sessions, lambda s: end_session(s.pk, staff_caller(s.account_id, actor), ENDED))


def cancel_sessions(ids: Sequence[UUID], actor: str) -> int:
    """Cancel the scheduled ones; everybody who is registered is told."""
    sessions = _lock(ids, Session.Status.SCHEDULED)
    Call.lock(session.call_id for session in sessions if session.call_id)
    return _each(sessions, lambda s: cancel_session(s.pk, staff_caller(s.account_id, actor), CANCELLED))


def restore_sessions(ids: Sequence[UUID], actor: str) -> int:
    """Take the cancellations back of those whose time is to come."""
    sessions = _lock(ids, Session.Status.CANCELLED)
    return _each(sessions, lambda s: restore_session(s.pk, staff_caller(s.account_id, actor)))


def promote_next(ids: Sequence[UUID], actor: str) -> int:
    """Give the first who waits for each session a seat; a full session gets one seat more."""
    sessions = [session for session in _lock(ids, *Session.OPEN) if session.waitlist_count]
    return _each(sessions, lambda s: _promote_next(s, actor))


def promote_registrations(ids: Sequence[UUID], actor: str) -> int:
    """Accept the offers of these people for them."""
    return _each_registration(ids, (Registration.Status.OFFERED,), accept, actor)


def cancel_registrations(ids: Sequence[UUID], actor: str) -> int:
    """Cancel these, which frees their seats for those who wait."""
    return _each_registration(ids, Registration.OPEN, cancel_registration, actor)


def resend_mails(ids: Sequence[UUID], actor: str) -> int:
    """Send settled mails again; open ones are on their way. What had been sent gets another Message-ID."""
    return Mail.objects.filter(pk__in=ids).restart()


def run_duties_again(ids: Sequence[UUID], actor: str) -> int:
    """Carry out again the duties that failed."""
    return SessionDuty.objects.filter(pk__in=ids, state=SessionDuty.State.FAILED).restart()


def _lock(ids: Sequence[UUID], *statuses: str) -> list[Session]:
    """Those of these sessions with one of these statuses, locked in the order of their ids."""
    rows = Session.objects.filter(pk__in=ids, status__in=statuses).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _each(sessions: Sequence[Session], act: Callable[[Session], object]) -> int:
    """How many it was done to."""
    return sum(_is_possible(partial(act, session)) for session in sessions)


def _is_possible(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except SessionStateError:
        return False
    return True


def _promote_next(session: Session, actor: str) -> None:
    if session.free_seats:
        fill_free_seats(session)
    else:
        seats = {"max_participants": session.max_participants + 1}
        update_session(session.pk, staff_caller(session.account_id, actor), seats)


def _each_registration(
    ids: Sequence[UUID],
    statuses: Sequence[str],
    act: Callable[[UUID, UUID, Caller], object],
    actor: str,
) -> int:
    rows = Registration.objects.filter(pk__in=ids, status__in=statuses).select_related("session")
    found = list(rows.order_by("session_id", "created_at", "pk"))
    _lock(list({row.session_id for row in found}), *Session.Status.values)
    return sum(
        _is_possible(partial(act, row.session_id, row.pk, staff_caller(row.session.account_id, actor)))
        for row in found
    )
