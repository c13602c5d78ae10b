"""Stop the livestream of a meeting. The stop itself is the engine's (calls/streams/stop.py)."""

from datetime import timedelta

from django.utils import timezone

from calls.models import MediaStream
from calls.streams.stop import request_stops
from calls.streams.stop import stop as stop_stream
from sessions_app.livestreams.exceptions import NothingActive
from sessions_app.livestreams.start import active_run, last_run
from sessions_app.models import LivestreamSession, Meeting, Session

# A client's automatic retry of a stop may come so long after the stop that it did not see answered.
RETRY_WINDOW = timedelta(minutes=1)
NOTHING_ACTIVE = "There is no active livestream for the meeting {meeting}."


def stop_livestream(meeting: Meeting, actor: str, *, is_retry: bool = False) -> MediaStream:
    """Stop what runs, and say what is known of it after some seconds at most.

    `is_retry`: the client says that it repeats a request whose answer it did not get; then the run that it
    stopped within RETRY_WINDOW is answered. Raises NothingActive.
    """
    run = active_run(meeting)
    if run is not None:
        return stop_stream(run.stream, reason="", actor=actor)
    last = last_run(meeting) if is_retry else None
    if last is None or not _was_just_stopped(last.stream, actor):
        raise NothingActive(NOTHING_ACTIVE.format(meeting=meeting.pk))
    return last.stream


def stop_with_session(session: Session, actor: str) -> None:
    """Put the stops of a locked session's livestreams on record; after the lock of its call."""
    runs = LivestreamSession.objects.filter(
        livestream__meeting__session=session, livestream__is_active=True, stream__stop_requested_at=None
    )
    if ids := list(runs.values_list("stream_id", flat=True)):
        request_stops(ids, reason="Its session has ended.", actor=actor)


def _was_just_stopped(stream: MediaStream, actor: str) -> bool:
    at = stream.stop_requested_at
    return at is not None and stream.stopped_by == actor[:80] and at > timezone.now() - RETRY_WINDOW
