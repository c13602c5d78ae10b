"""Cancel a session that has not begun, take the cancellation back, and delete a session nobody knows of."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.models import Call
from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.invitations.notices import notify
from sessions_app.lifecycle.create import require_future
from sessions_app.lifecycle.transitions import end_its_call, mark_cancelled, open_registrations
from sessions_app.lookup import lock_session
from sessions_app.models import Mail, Session
from sessions_app.publish import SESSION_CANCELLED, SESSION_RESCHEDULED, SESSION_UPDATED, publish
from sessions_app.registrations.waitlist import resume
from sessions_app.rules import Answer, require
from sessions_app.schedule import plan_duties


def cancel_session(session_id: UUID, caller: Caller, reason: str = "") -> Session:
    """Cancel a session; one that was cancelled is returned unchanged. Everybody registered is told.

    Raises SessionNotFound, NotAllowed, and SessionStateError if it is live, or has ended.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        if require(session, caller, "cancel") == Answer.YES:
            mark_cancelled(session, reason, caller.actor)
            session.refresh_from_db(fields=["updated_at"])
    return session


def restore_session(session_id: UUID, caller: Caller, scheduled_at: datetime | None = None) -> Session:
    """Schedule a cancelled session again, at its time or at another; its registrations are as they were.

    Raises SessionNotFound, NotAllowed, SessionStateError if it was not cancelled, or its time has passed and
    no other is given, and InvalidFields for a time that is past.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        if require(session, caller, "restore") == Answer.YES:
            _restore(session, scheduled_at)
            session.refresh_from_db(fields=["updated_at"])
    return session


def delete_session(session_id: UUID, caller: Caller) -> None:
    """Delete a session while nobody is registered; those who follow its events hear that it is cancelled.

    Raises SessionNotFound, NotAllowed, and SessionStateError if it has begun, somebody is registered, or
    mails about it are still to be sent.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        require(session, caller, "delete")
        _require_unknown(session)
        if not session.is_over:
            session.status, session.cancelled_at = Session.Status.CANCELLED, timezone.now()
            publish(session, SESSION_CANCELLED)
            end_its_call(session, caller.actor)
        if session.call_id:
            Call.lock([session.call_id])  # so that no change of it leaves a duty of a session that is gone
        session.delete()


def _require_unknown(session: Session) -> None:
    if people := open_registrations(session).count():
        remedy = "it stays on record." if session.is_over else "cancel the session instead."
        raise SessionStateError(f"{people} people are registered or wait; {remedy}")
    if mails := Mail.objects.filter(session=session, state__in=Mail.OPEN).count():
        raise SessionStateError(f"{mails} mails about the session are still to be sent; try again later.")


def _restore(session: Session, scheduled_at: datetime | None) -> None:
    before = session.scheduled_at
    if scheduled_at is not None:
        require_future(scheduled_at)
        session.scheduled_at = scheduled_at
        session.is_exception = session.series_id is not None
    elif session.scheduled_at < timezone.now():
        raise SessionStateError("The session's time has passed: restore it with another scheduled_at.")
    session.status, session.cancelled_at, session.end_reason = Session.Status.SCHEDULED, None, ""
    session.call, session.calendar_sequence = None, session.calendar_sequence + 1
    is_moved = session.scheduled_at != before
    session.is_exception |= is_moved and session.series_id is not None
    session.save()
    session.refresh_from_db(fields=["updated_at"])
    plan_duties(session)
    publish(session, SESSION_UPDATED, changed=["status"])
    if is_moved:
        publish(session, SESSION_RESCHEDULED, previous_scheduled_at=before)
    cause = f"restore:{session.calendar_sequence}"
    notify(session, open_registrations(session), Mail.Kind.RESTORED, cause=cause)
    resume(session)
