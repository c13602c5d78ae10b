"""A session whose host has not come in time: cancelled if it never was live, else ended; everybody is told.

The host has come if the host or a co-host was in the room, by the attendance of the call. A provider that
reports nobody by name says nothing about hosts: then a session in whose room somebody was goes on.
"""

from django.utils import timezone

from calls.models import Call, Participant
from sessions_app.lifecycle.call import ACTOR
from sessions_app.lifecycle.transitions import mark_cancelled, mark_ended, tell_of_cancellation
from sessions_app.models import Session, SessionDuty
from sessions_app.schedule import host_check_at

REASON = "The host did not come."


def check_host(session: Session, _duty: SessionDuty) -> None:
    """The session, and its call, are locked."""
    limit = host_check_at(session)
    if session.is_over or limit is None or limit > timezone.now() or host_came(session):
        return
    if session.status == Session.Status.LIVE:
        mark_ended(session, REASON, ACTOR)
        session.calendar_sequence += 1  # people's entries are taken back
        session.save(update_fields=["calendar_sequence"])
        tell_of_cancellation(session)
    else:
        mark_cancelled(session, REASON, ACTOR)


def host_came(session: Session) -> bool:
    """Whether the host or a co-host was in the room, as far as can be known."""
    if session.call_id is None:
        return False
    participants = Participant.objects.filter(call_id=session.call_id)
    if participants.filter(identity__in=session.host_ids).exists():
        return True
    somebody_came = Call.objects.filter(pk=session.call_id).exclude(joined_at=None).exists()
    return somebody_came and not participants.exists()
