"""End a session whose maximum duration is over."""

from django.utils import timezone

from sessions_app.lifecycle.call import ACTOR
from sessions_app.lifecycle.transitions import mark_ended
from sessions_app.models import Session, SessionDuty
from sessions_app.schedule import closes_at

REASON = "The session reached its maximum duration."


def close(session: Session, _duty: SessionDuty) -> None:
    """The session, and its call, are locked."""
    limit = closes_at(session)
    if session.status == Session.Status.LIVE and limit and limit <= timezone.now():
        mark_ended(session, REASON, ACTOR)
