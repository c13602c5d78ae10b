"""Settles a session's attendance when it has ended: who came is put on record, and published.

The provider of its call is asked first who was in the room (calls/attendance); an answer is waited for, for a
while.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from calls.attendance.stays import close_stays
from calls.models import Call, RecordingSync
from calls.recordings.schedule import sync_rooms
from sessions_app.attendance.people import seated, with_seconds
from sessions_app.identity import HOST_ROLES
from sessions_app.models import Session
from sessions_app.publish import ATTENDANCE_READY, publish

# After its end a session is settled without the provider's answer.
MAX_WAIT = timedelta(minutes=15)


class Counts(NamedTuple):
    """How many people held a seat, and how many of them came."""

    registered: int
    attended: int
    absent: int


def is_checked(session: Session) -> bool:
    """Whether the provider of the session's call was asked about its attendance; if not, it is asked now.

    True as well when there is nothing to ask, or no answer after MAX_WAIT. A session that is looked at
    late, since no worker was there, is asked about all the same. It is locked, and its call is locked here.
    """
    call = session.call
    over_since = session.ended_at or (call.ended_at if call else None)
    is_late = over_since is not None and timezone.now() > over_since + MAX_WAIT
    if call is None or not call.started_at or call.ended_at is None:
        return call is None or call.is_over or is_late
    sync = RecordingSync.objects.filter(call=call).first()
    if sync is None or sync.updated_at < call.ended_at:
        sync_rooms([call])
        return not call.provider_call_id
    is_answered = sync.is_settled or sync.result.get("syncs", 0) > 0
    return is_answered or (is_late and "unanswered" in sync.result)


def settle_attendance(session: Session) -> Counts | None:
    """Fill in Registration.attended_seconds (0 of those who did not come) and publish attendance.ready.

    The session is locked. None, and nothing is done, if nobody knows who came: somebody did, and the provider
    has named no one, since its events do not reach the platform.
    """
    if session.call and session.call.joined_at and not session.call.participants.exists():
        return None
    if session.call_id:
        Call.lock([session.call_id])
        close_stays([session.call_id])
    with_seconds(session).update(attended_seconds=F("seconds_in_room"))
    counts = counts_of(session)
    publish(session, ATTENDANCE_READY, attendance=counts._asdict())
    return counts


def counts_of(session: Session) -> Counts:
    """So far, of a session that is not over."""
    rows = seated(session) if is_settled(session) else with_seconds(session).exclude(role__in=HOST_ROLES)
    attended = Q(attended_seconds__gt=0) if is_settled(session) else Q(seconds_in_room__gt=0)
    registered, came = rows.count(), rows.filter(attended).count()
    return Counts(registered, came, registered - came)


def is_settled(session: Session) -> bool:
    """Whether who came is on record."""
    return session.is_over and not seated(session).filter(attended_seconds=None).exists()
