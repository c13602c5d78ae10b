"""A session's call has changed: the trigger on calls has left a duty (migrations/0002_triggers.py)."""

from calls.models import Call
from sessions_app.lifecycle.follow import follow_call
from sessions_app.models import Session, SessionDuty


def follow(session: Session, duty: SessionDuty) -> None:
    """Bring the locked session up to date with its call. The duty is then deleted: each change has one."""
    if session.call_id:
        follow_call(session, Call.objects.get(pk=session.call_id))
    SessionDuty.objects.filter(pk=duty.pk, state=SessionDuty.State.DONE).delete()
