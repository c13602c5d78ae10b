"""End a live session, and its call with it."""

from uuid import UUID

from django.db import transaction

from sessions_app.caller import Caller
from sessions_app.lifecycle.transitions import mark_ended
from sessions_app.lookup import lock_session
from sessions_app.models import Session
from sessions_app.rules import Answer, require


def end_session(session_id: UUID, caller: Caller, reason: str = "") -> Session:
    """End a live session; one that has ended is returned unchanged. Its call ends in the same transaction.

    Raises SessionNotFound, NotAllowed, and SessionStateError if it has not begun, or was cancelled.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        if require(session, caller, "end") == Answer.YES:
            mark_ended(session, reason, caller.actor)
            session.refresh_from_db(fields=["updated_at"])
    return session
