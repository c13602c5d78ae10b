"""A public session as a file for calendars."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sessions_app.invitations.feed import session_entry
from sessions_app.invitations.ics import published
from sessions_app.pages.guard import page
from sessions_app.pages.lookup import public_session


@page
def download(_request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The session as iCalendar."""
    entry = session_entry(public_session(session_id))
    response = HttpResponse(published(entry), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response
