"""Times as people read them: in their own zone, with its name and its distance from UTC."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sessions_app.models import Registration, Session

# How long a session without a stated duration is in calendars.
DEFAULT_DURATION = timedelta(hours=1)


def zone_named(*names: str) -> ZoneInfo:
    """The first of these zones that is known; else UTC."""
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # also of names that are paths, or folders of zones
            continue
    return ZoneInfo("UTC")


def zone_of(registration: Registration) -> ZoneInfo:
    """The person's own zone, else the session's, else UTC."""
    return zone_named(registration.timezone, registration.session.timezone)


def ends_at(session: Session) -> datetime:
    """When the session is planned to end."""
    minutes = session.duration_minutes
    return session.scheduled_at + (timedelta(minutes=minutes) if minutes else DEFAULT_DURATION)


def written_period(session: Session, zone: ZoneInfo) -> str:
    """Such as "Tuesday, 24 November 2026, 18:00 to 19:00 (Europe/Berlin, UTC+01:00)"."""
    start, end = session.scheduled_at.astimezone(zone), ends_at(session).astimezone(zone)
    if not session.duration_minutes:
        return f"{_day(start)}, {start:%H:%M} ({_zone(start)})"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end)}, {end:%H:%M}"
    if start.utcoffset() != end.utcoffset():
        return f"{_day(start)}, {start:%H:%M} ({_zone(start)}) to {until} ({_zone(end)})"
    return f"{_day(start)}, {start:%H:%M} to {until} ({_zone(start)})"


def written_time(at: datetime, zone: tzinfo) -> str:
    """Such as "Tuesday, 24 November 2026, 18:00 (Europe/Berlin, UTC+01:00)"."""
    local = at.astimezone(zone)
    return f"{_day(local)}, {local:%H:%M} ({_zone(local)})"


def written_span(span: timedelta) -> str:
    """About how long: "2 days", "24 hours", "45 minutes"."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes >= 48 * 60:
        return f"{round(minutes / 1440)} days"
    if minutes >= 90:
        return f"{round(minutes / 60)} hours"
    if 55 <= minutes <= 65:
        return "1 hour"
    return f"{minutes} minutes" if minutes > 1 else "1 minute"


def _day(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B %Y}"


def _zone(local: datetime) -> str:
    """The zone's name and its offset then: "Europe/Berlin, UTC+01:00"; plain "UTC"."""
    name = str(local.tzinfo)
    if local.tzinfo is UTC or name == "UTC":
        return "UTC"
    offset = f"{local:%z}"
    return f"{name}, UTC{offset[:3]}:{offset[3:5]}"
