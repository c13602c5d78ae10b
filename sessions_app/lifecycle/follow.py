"""A session goes with its call: what happened to the call, however it came about, happens to the session."""

from django.utils import timezone

from calls.models import Call
from sessions_app.lifecycle.transitions import mark_cancelled, mark_ended, mark_live
from sessions_app.models import Session
from sessions_app.publish import RECORDING_READY, publish

ROOM_ENDED = "Its room was ended before anybody had come."


def follow_call(session: Session, call: Call) -> None:
    """Bring a locked session up to date with its call, as the call is now. Safe to repeat, in any order."""
    if session.status == Session.Status.SCHEDULED and call.started_at:
        mark_live(session, call.started_at)
    if call.ended_at and session.status == Session.Status.LIVE:
        mark_ended(session, call.disconnect_reason, call.ended_by, at=call.ended_at)
    elif call.ended_at and session.status == Session.Status.SCHEDULED:
        _lose_room(session, call)
    if call.recording_url and call.recording_url != session.recording_url:
        _take_recording(session, call)


def _lose_room(session: Session, call: Call) -> None:
    """The room was ended before its session began: another is made, unless the session's time has come."""
    if timezone.now() < session.scheduled_at:
        session.call = None
        session.save(update_fields=["call"])
    else:
        mark_cancelled(session, ROOM_ENDED, call.ended_by)


def _take_recording(session: Session, call: Call) -> None:
    is_first = not session.recording_url
    session.recording_url, session.recording_ready_at = call.recording_url, call.recording_ready_at
    session.save(update_fields=["recording_url", "recording_ready_at"])
    if is_first:
        publish(session, RECORDING_READY)
