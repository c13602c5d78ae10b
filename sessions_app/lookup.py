"""Find a session of an account, and of a brand if the caller is bound to one."""

from uuid import UUID

from django.db.models import QuerySet

from sessions_app.exceptions import SessionNotFound
from sessions_app.models import Session


def sessions_of(account_id: UUID, brand_id: str = "") -> QuerySet[Session]:
    """The sessions that a caller of this account, and of this brand if it is bound to one, sees."""
    sessions = Session.objects.filter(account_id=account_id)
    return sessions.filter(brand_id=brand_id) if brand_id else sessions


def get_session(session_id: UUID, account_id: UUID, brand_id: str = "") -> Session:
    """The session with this id; raises SessionNotFound."""
    return _one(sessions_of(account_id, brand_id), session_id)


def lock_session(session_id: UUID, account_id: UUID, brand_id: str = "") -> Session:
    """The same, locked to the end of the transaction."""
    sessions = sessions_of(account_id, brand_id).select_for_update(of=("self",), no_key=True)
    return _one(sessions, session_id)


def _one(sessions: QuerySet[Session], session_id: UUID) -> Session:
    session = sessions.filter(pk=session_id).first()
    if session is None:
        raise SessionNotFound(str(session_id))
    return session
