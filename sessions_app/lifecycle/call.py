"""A session's call: made once, under an id that follows from the session's.

A repeat after a lost answer opens the same room. If the call has ended before the session began, as when the
session was cancelled and restored, the next one has an id that follows from that of the former.
"""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from calls.lifecycle.create_video import VideoCallRequest, create_video_call
from calls.lifecycle.end import end as end_call
from calls.models import Call
from calls.models.end_code import EndCode
from sessions_app.exceptions import SessionNotFound, SessionStateError
from sessions_app.lifecycle.follow import follow_call
from sessions_app.lifecycle.transitions import end_its_call
from sessions_app.lookup import sessions_of
from sessions_app.models import Session
from sessions_app.rules import require_status

NAMESPACE = UUID("6f1c9b1e-8c4e-5d0c-9d53-0f6a3c2b7a10")
ACTOR = "session"  # on records


def ensure_call(session: Session) -> Call:
    """The open call of an open session; made now if there is none. No transaction may be open.

    Raises SessionStateError if the session is over, and NotConfigured or another ProviderError.
    """
    call = Call.objects.filter(pk=session.call_id).first() if session.call_id else None
    if call is None or call.is_over:
        require_status(session, "start")
        call = create_video_call(session.account_id, call_request(session))
        locked = _bind_to(session, call)
        if locked.is_over or locked.call_id is None:
            raise SessionStateError(
                f"The session's room has just been ended; the session is {locked.status}."
            )
        session.call_id = locked.call_id
    return call


def _bind_to(session: Session, call: Call) -> Session:
    """The session as it is now. One that was deleted meanwhile leaves no call."""
    with transaction.atomic():
        locked = sessions_of(session.account_id).select_for_update(of=("self",), no_key=True)
        found = locked.filter(pk=session.pk).first()
        if found is not None:
            bind_call(found, call)
            return found
        end_call(call.pk, account_id=session.account_id, code=EndCode.SESSION_ENDED, actor=ACTOR)
    raise SessionNotFound(str(session.pk))


def bind_call(session: Session, call: Call) -> None:
    """Note the call of a locked session. What happens to it from now on leaves duties (migration 0002).

    The call is locked so that what has happened to it before is seen here. That of a session which is over by
    now is ended.
    """
    Call.lock([call.pk])
    call.refresh_from_db()
    session.call = call
    session.save(update_fields=["call"])
    if session.is_over:
        end_its_call(session, ACTOR)
    else:
        follow_call(session, call)


def call_request(session: Session) -> VideoCallRequest:
    """The call to be made: planned for the session's time, or for now if that has passed."""
    return VideoCallRequest(
        host_user_id=session.host_id,
        title=session.title,
        scheduled_at=max(session.scheduled_at, timezone.now()),
        metadata={"session_id": str(session.pk)},
        actor=ACTOR,
        provider=session.provider,
        call_id=next_call_id(session.pk),
        is_followed=True,
    )


def next_call_id(session_id: UUID) -> UUID:
    """The id of the session's first call that has not ended."""
    call_id = uuid5(NAMESPACE, str(session_id))
    while Call.objects.filter(pk=call_id).exclude(ended_at=None).exists():
        call_id = uuid5(NAMESPACE, str(call_id))
    return call_id
