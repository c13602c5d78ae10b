"""What the pages show of a session."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from django.urls import reverse
from django.utils import timezone

from sessions_app.invitations.hosts import host_names
from sessions_app.invitations.ics import public_url
from sessions_app.invitations.times import ends_at, written_period, written_time, zone_named
from sessions_app.models import Session
from sessions_app.schedule import opens_at

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


@dataclass(frozen=True)
class SessionView:
    """A session for a template. Times are written in the session's zone and in UTC; a script adds the
    visitor's."""

    session: Session
    host: str

    @property
    def period(self) -> str:
        return written_period(self.session, zone_named(self.session.timezone))

    @property
    def utc(self) -> str:
        """The start in UTC; "" if that is the session's own zone."""
        is_utc = zone_named(self.session.timezone).key == "UTC"
        return "" if is_utc else written_time(self.session.scheduled_at, UTC)

    @property
    def ends_at(self) -> datetime:
        return ends_at(self.session)

    @property
    def opens_at(self) -> datetime:
        return opens_at(self.session)

    @property
    def opens(self) -> str:
        return written_time(self.opens_at, zone_named(self.session.timezone))

    @property
    def url(self) -> str:
        return public_url(self.session)

    @property
    def path(self) -> str:
        return reverse("session-page", args=[self.session.pk])

    @property
    def ics(self) -> str:
        return reverse("session-ics", args=[self.session.pk])

    @property
    def google(self) -> str:
        times = "/".join(f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (self._start, self.ends_at))
        return _link(GOOGLE, action="TEMPLATE", text=self.session.title, dates=times, details=self._details)

    @property
    def outlook(self) -> str:
        start, end = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (self._start, self.ends_at))
        return _link(
            OUTLOOK,
            path="/calendar/action/compose",
            rru="addevent",
            subject=self.session.title,
            startdt=start,
            enddt=end,
            body=self._details,
        )

    @property
    def is_full(self) -> bool:
        """Whether whoever registers now waits."""
        return not self.session.free_seats or self.session.waitlist_count > 0

    @property
    def closed(self) -> str:
        """Why nobody can register; "" while people can."""
        session = self.session
        if session.status == Session.Status.CANCELLED:
            return "This session was cancelled."
        if session.is_over:
            return "This session has ended."
        closes_at = session.registration_closes_at
        if closes_at and closes_at <= timezone.now():
            return f"Registration closed on {written_time(closes_at, zone_named(session.timezone))}."
        return ""

    @property
    def _details(self) -> str:
        """The page, for calendars of people who may keep no secret link there."""
        return self.url if self.session.is_public else ""

    @property
    def _start(self) -> datetime:
        return self.session.scheduled_at


def view_of(session: Session) -> SessionView:
    """The session with its host's name."""
    return SessionView(session, host_names([session])[session.pk])


def views_of(sessions: list[Session]) -> list[SessionView]:
    """Many of them, with one statement for the names."""
    names = host_names(sessions)
    return [SessionView(session, names[session.pk]) for session in sessions]


def _link(base: str, **query: str) -> str:
    return f"{base}?{urlencode(query, quote_via=quote)}"
