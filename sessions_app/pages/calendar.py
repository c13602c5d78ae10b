"""A session as a file for calendars: a public one for everybody, and any for who is registered."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sessions_app.invitations.feed import registration_entry, session_entry
from sessions_app.invitations.ics import Entry, published
from sessions_app.pages.guard import page
from sessions_app.pages.lookup import public_session, registration_of


@page
def download(_request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The session as iCalendar."""
    return _file(session_entry(public_session(session_id)))


@page
def download_own(_request: HttpRequest, token: str) -> HttpResponse:
    """The same for the person of a link to join, with that link."""
    return _file(registration_entry(registration_of(token, "join")))


def _file(entry: Entry) -> HttpResponse:
    response = HttpResponse(published(entry), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response
