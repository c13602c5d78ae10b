"""Start the livestream of a meeting: one at a time, on record first, asked of the provider once.

Locks: session, meeting, call, media stream, livestream. A start that is repeated, or comes at the same time,
is answered with the livestream that runs.
"""

import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction

from calls.exceptions import CallStateError
from calls.models import MediaStream, StreamStep
from calls.monitoring.schedule import start_reconciliation
from calls.streams.start import ANSWER_WITHIN, StreamPlan, put_on_record, started
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.doorbell import ring
from liveplatform.work.run_one import run_out_of_turn
from sessions_app.livestreams.exceptions import NotPossible, StillStopping
from sessions_app.livestreams.kind import follow_new
from sessions_app.livestreams.rooms import Room, room_of, room_of_session
from sessions_app.models import Livestream, LivestreamSession, Meeting, Session

log = structlog.get_logger(__name__)

POLL_INTERVAL = 0.05


@dataclass(frozen=True)
class Wanted:
    """What a start asks for besides the meeting."""

    actor: str
    name: str = ""
    width: int | None = None
    height: int | None = None


def start_livestream(meeting: Meeting, wanted: Wanted) -> tuple[Livestream, bool]:
    """The meeting's livestream, started now or running already; and whether this request started it.

    Answers within ANSWER_WITHIN, once there is a room. Raises NotPossible, StillStopping, ProviderBusy,
    NotConfigured, and Rejected or Unavailable: then it does not run. If the provider has not answered then,
    or its answer was lost, it is INVOKED; workers find out what became of it.
    """
    _require_active(meeting)
    until = time.monotonic() + ANSWER_WITHIN
    if run := _settled_run(meeting, until):
        return run.livestream, False
    room = room_of(meeting)
    with waiting_for(room.connection):
        run, step = _on_record(meeting, room, wanted)
        if step is not None:
            run_out_of_turn(step, wait=until - time.monotonic())
    if step is None:
        other = _settled_run(meeting, until)
        return (other or run).livestream, False
    started(run.pk)
    return Livestream.objects.get(pk=run.livestream_id), True


def start_with_session(session: Session) -> None:
    """Put on record the livestreams that start with a locked session; workers carry the starts out."""
    meetings = Meeting.objects.select_related("app").filter(
        session=session, status=Meeting.Status.ACTIVE, settings__live_stream_on_start=True
    )
    for meeting in meetings.order_by("pk"):
        try:
            room = room_of_session(session)
            with transaction.atomic():
                _record(_locked(meeting), room, Wanted("session"))
        except (NotPossible, CallStateError) as error:
            log.warning("livestream_not_started", meeting_id=str(meeting.pk), error=str(error))
    if meetings:
        ring(StreamStep.queue)


def active_run(meeting: Meeting) -> LivestreamSession | None:
    """The run of the meeting's livestream that is being started, runs, or is being stopped."""
    rows = LivestreamSession.objects.select_related("stream", "livestream")
    found = rows.filter(livestream__meeting=meeting, livestream__is_active=True)
    return found.order_by("-created_at", "-stream").first()


def last_run(meeting: Meeting) -> LivestreamSession | None:
    """The newest run of the meeting's livestreams."""
    runs = LivestreamSession.objects.select_related("stream", "livestream__meeting")
    return runs.filter(livestream__meeting=meeting).order_by("-created_at", "-stream").first()


def _require_active(meeting: Meeting) -> None:
    if meeting.status != Meeting.Status.ACTIVE:
        raise NotPossible("meeting_id", "The meeting is INACTIVE; make it ACTIVE first.")


def _settled_run(meeting: Meeting, until: float) -> LivestreamSession | None:
    """The active run, once its start was answered or waiting has no end; None once there is none.

    Raises what a start that was waited for failed with, and StillStopping.
    """
    waited_for: UUID | None = None
    while run := active_run(meeting):
        is_stopping = run.stream.stop_requested_at is not None
        if run.stream.status == MediaStream.Status.LIVE and not is_stopping:
            return run
        if time.monotonic() >= until:
            if is_stopping:
                raise StillStopping("The livestream before is being stopped; try again in a moment.")
            return run
        waited_for = None if is_stopping else run.pk
        time.sleep(POLL_INTERVAL)
    if waited_for is not None:
        started(waited_for)
    return None


def _on_record(meeting: Meeting, room: Room, wanted: Wanted) -> tuple[LivestreamSession, StreamStep | None]:
    """The run, and its start; no start if another request was first."""
    try:
        with transaction.atomic():
            if meeting.session_id:
                session = Session.lock(meeting.session_id)
                room = room_of_session(session)
            return _record(_locked(meeting), room, wanted)
    except CallStateError as error:
        raise NotPossible("meeting_id", f"Its session's room is being ended: {error}") from error


def _locked(meeting: Meeting) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=meeting.pk)


def _record(meeting: Meeting, room: Room, wanted: Wanted) -> tuple[LivestreamSession, StreamStep | None]:
    _require_active(meeting)
    if run := active_run(meeting):
        return run, None
    livestream = _livestream_for(meeting, wanted)
    size = {"width": wanted.width, "height": wanted.height}
    step = put_on_record(
        StreamPlan(
            account_id=meeting.account_id,
            kind=MediaStream.Kind.LIVESTREAM,
            connection=room.connection,
            parent_type=room.type,
            parent_id=room.id,
            call=room.call,
            parameters={"livestream_id": str(livestream.pk), **{k: v for k, v in size.items() if v}},
            secrets={k: v for k, v in meeting.secrets().items() if k == "rtmp_url"},
            actor=wanted.actor,
        )
    )
    start_reconciliation(meeting.account_id, room.connection.pk)
    livestream.is_active = True
    livestream.save()
    run = LivestreamSession(stream=step.stream, livestream=livestream)
    run.save(force_insert=True)
    follow_new(run)
    return run, step


def _livestream_for(meeting: Meeting, wanted: Wanted) -> Livestream:
    """The meeting's livestream, which a start runs once more; unsaved if this is the first."""
    rows = Livestream.objects.filter(meeting=meeting, disabled=False)
    livestream = rows.order_by("-created_at", "-id").first() or Livestream(
        id=uuid7(), account_id=meeting.account_id, app_id=meeting.app_id, meeting=meeting
    )
    livestream.name = wanted.name or livestream.name or meeting.title[:200]
    return livestream
