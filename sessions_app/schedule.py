"""When a session's duties are due; written and moved in the transaction that changes the session.

The session must be locked, or written by this transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from calls.monitoring.deadlines import EARLY_JOIN
from liveplatform.work.doorbell import ring
from liveplatform.work.models import Work
from sessions_app.models import Session, SessionDuty

Kind = SessionDuty.Kind

# Of a session without limits of its own.
DEFAULT_MAX_DURATION = timedelta(hours=4)
DEFAULT_HOST_GRACE = timedelta(minutes=30)


class Due(NamedTuple):
    """A duty and its time."""

    kind: SessionDuty.Kind
    slot: str
    at: datetime


def plan_duties(session: Session) -> None:
    """Write the duties that follow from the session's status and times; move or drop those that it had.

    A reminder whose time has passed is dropped: nobody is reminded twice, or late.
    """
    planned = {(duty.kind, duty.slot): duty for duty in _duties(session, timezone.now())}
    existing = SessionDuty.objects.filter(session=session, kind__in=PLANNED)
    for row in existing:
        duty = planned.pop((SessionDuty.Kind(row.kind), row.slot), None)
        _move(row, duty)
    SessionDuty.objects.bulk_create(_new(session, duty) for duty in planned.values())


def add_duty(session: Session, kind: SessionDuty.Kind, slot: str = "", at: datetime | None = None) -> None:
    """Write one duty, or move it and make it due again; due now without a time."""
    at = at or timezone.now()
    row = SessionDuty.objects.filter(session=session, kind=kind, slot=slot).first()
    if row is None:
        _new(session, Due(kind, slot, at)).save(force_insert=True)
    else:
        _move(row, Due(kind, slot, at))
    ring(SessionDuty.queue)


def add_duties(session: Session, duties: Iterable[Due]) -> None:
    """Write duties that the session does not have yet, with one statement."""
    SessionDuty.objects.bulk_create(_new(session, duty) for duty in duties)
    ring(SessionDuty.queue)


def drop_duty(session: Session, kind: SessionDuty.Kind, slot: str = "") -> None:
    """Remove a duty that is no more to be done."""
    SessionDuty.objects.filter(session=session, kind=kind, slot=slot).delete()


# Kinds that follow from the session's status and times; others are added by what needs them.
PLANNED = (Kind.OPEN, Kind.REMIND, Kind.HOST_CHECK, Kind.CLOSE)


def opens_at(session: Session) -> datetime:
    """When people may join, as for calls."""
    return session.scheduled_at - EARLY_JOIN


def closes_at(session: Session) -> datetime | None:
    """When a live session is ended; None of others."""
    if session.started_at is None:
        return None
    minutes = session.max_duration_minutes
    limit = DEFAULT_MAX_DURATION if minutes is None else timedelta(minutes=minutes)
    return max(session.started_at, session.scheduled_at if is_early(session) else session.started_at) + limit


def is_early(session: Session) -> bool:
    """Whether it was started within the join window before its time, from which its limits count."""
    return session.started_at is not None and session.started_at >= opens_at(session)


def host_check_at(session: Session) -> datetime | None:
    """When the host is to be there at the latest, by its time or its later start; None: no limit."""
    minutes = session.host_grace_minutes
    if minutes == 0:
        return None
    since = max(session.scheduled_at, session.started_at or session.scheduled_at)
    return since + (DEFAULT_HOST_GRACE if minutes is None else timedelta(minutes=minutes))


def _duties(session: Session, now: datetime) -> Iterator[Due]:
    if session.is_over:
        return
    if session.status == Session.Status.SCHEDULED:
        yield Due(Kind.OPEN, "", opens_at(session))
        for minutes in set(session.reminder_minutes):
            at = session.scheduled_at - timedelta(minutes=minutes)
            if at > now:
                yield Due(Kind.REMIND, str(minutes), at)
    if host_check := host_check_at(session):
        yield Due(Kind.HOST_CHECK, "", host_check)
    if close := closes_at(session):
        yield Due(Kind.CLOSE, "", close)


def _new(session: Session, duty: Due) -> SessionDuty:
    return SessionDuty(
        session=session,
        kind=duty.kind,
        slot=duty.slot,
        due_at=duty.at,
        planned_at=duty.at,
        tenant_key=session.account_id,
    )


def _move(row: SessionDuty, duty: Due | None) -> None:
    """A duty that was done for its former time is done again if it is moved."""
    if duty is None:
        row.delete()
    elif row.planned_at != duty.at:
        row.state, row.due_at, row.planned_at, row.settled_at = Work.State.PENDING, duty.at, duty.at, None
        row.attempts = 0
        row.fencing_token += 1  # an attempt under way for the former time settles nothing
        row.save()
