"""Start a session: its call is made if there is none, and goes live."""

from uuid import UUID

from django.db import transaction

from calls.exceptions import CallStateError
from calls.lifecycle.start import start as start_call
from calls.models import Call
from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.follow import follow_call
from sessions_app.lookup import get_session, lock_session
from sessions_app.models import Session
from sessions_app.rules import Answer, require, require_status


def start_session(session_id: UUID, caller: Caller) -> Session:
    """Take a session live; a live one is returned unchanged. Concurrent starts make one room.

    Its provider is asked outside of any transaction. Raises SessionNotFound, NotAllowed, SessionStateError
    (over, or its room is being ended), and NotConfigured or another ProviderError; then it stays as it was.
    """
    session = get_session(session_id, caller.account_id, caller.brand_id)
    if require(session, caller, "start") == Answer.SAME:
        return session
    call = ensure_call(session)
    try:
        start_call(call.pk, account_id=session.account_id, actor=caller.actor)
    except CallStateError as error:
        raise SessionStateError(
            f"The session's room has just ended. Start again for another. ({error})"
        ) from error
    return _follow_start(session, call.pk)


def _follow_start(session: Session, call_id: UUID) -> Session:
    with transaction.atomic():
        session = lock_session(session.pk, session.account_id)
        follow_call(session, Call.objects.get(pk=call_id))
    if session.status != Session.Status.ENDED:  # it may have lived, and ended, in between
        require_status(session, "start")
    return session
