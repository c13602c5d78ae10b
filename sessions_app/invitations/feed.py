"""A person's calendar feed: their sessions of one account, also those lately cancelled."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sessions_app.invitations import ics
from sessions_app.invitations.hosts import host_names
from sessions_app.models import Registration, Session

Status = Registration.Status

# Sessions stay so long after their time, and what was cancelled so long, that calendars show it.
KEPT = timedelta(days=30)
MAX_ENTRIES = 300
NAME = "Sessions"


def person_feed(account_id: UUID, person_key: str) -> bytes:
    """The feed as an iCalendar; the same bytes until something in it changes."""
    registrations = _latest(account_id, person_key, timezone.now() - KEPT)
    hosts = host_names([each.session for each in registrations])
    return ics.feed([_entry(each, hosts[each.session_id]) for each in registrations], NAME)


def session_entry(session: Session) -> ics.Entry:
    """A session as an entry for anybody's calendar."""
    return ics.Entry(
        session=session,
        host=host_names([session])[session.pk],
        sequence=session.calendar_sequence,
        stamp=session.updated_at,
        status="CANCELLED" if session.status == Session.Status.CANCELLED else "CONFIRMED",
    )


def registration_entry(registration: Registration) -> ics.Entry:
    """A session as an entry for the calendar of a registered person."""
    return _entry(registration, host_names([registration.session])[registration.session_id])


def _latest(account_id: UUID, person_key: str, since: datetime) -> list[Registration]:
    """The person's last registration for each session, in the order of their times; at most MAX_ENTRIES."""
    rows = Registration.objects.filter(person_key=person_key, session__account_id=account_id)
    rows = rows.filter(session__scheduled_at__gte=since)
    shown = rows.filter(Q(status__in=Registration.OPEN) | Q(status=Status.CANCELLED, cancelled_at__gte=since))
    found = shown.select_related("session").order_by(
        "session__scheduled_at", "session_id", "created_at", "id"
    )
    return list({each.session_id: each for each in found[: 2 * MAX_ENTRIES]}.values())[:MAX_ENTRIES]


def _entry(registration: Registration, host: str) -> ics.Entry:
    session = registration.session
    return ics.Entry(
        session=session,
        host=host,
        sequence=session.calendar_sequence,
        stamp=max(session.updated_at, registration.updated_at),
        status=_status(registration),
        attendee=registration,
    )


def _status(registration: Registration) -> ics.Status:
    if registration.session.status == Session.Status.CANCELLED or not registration.is_open:
        return "CANCELLED"
    return "CONFIRMED" if registration.status == Status.REGISTERED else "TENTATIVE"
