"""The page of a registered person: where they stand, and the way into the room when it is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from providers.errors import ProviderError
from sessions_app.exceptions import NotJoinable
from sessions_app.invitations.links import Kind, make_token
from sessions_app.joining.token import join
from sessions_app.models import Registration, Session
from sessions_app.pages import form_tokens
from sessions_app.pages.guard import message, page
from sessions_app.pages.lookup import registration_of
from sessions_app.pages.view_data import SessionView, view_of
from sessions_app.registrations.waitlist import positions

PURPOSE = "join"
LINKS: tuple[Kind, ...] = ("cancel", "accept", "decline")
Status = Registration.Status


@page
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the person's page and changes nothing; POST enters the room."""
    registration = registration_of(token, "join")
    form_token = request.POST.get(form_tokens.FIELD, "")
    if request.method == "POST" and form_tokens.is_valid(form_token, PURPOSE, registration.pk):
        return _enter(request, registration)
    return _person(request, registration)


def _enter(request: HttpRequest, registration: Registration) -> HttpResponse:
    try:
        joining = join(registration.session, registration)
    except NotJoinable as error:
        registration.refresh_from_db()
        return _person(request, registration, str(error), status=412)
    except ProviderError:
        return message(
            request, 503, "The room cannot be opened now", "Nothing is wrong with your link; try again soon."
        )
    values = {"joining": joining, "view": view_of(registration.session), "session": registration.session}
    return render(request, "sessions/room.html", values)


def _person(
    request: HttpRequest, registration: Registration, error: str = "", status: int = 200
) -> HttpResponse:
    session = registration.session
    view = view_of(session)
    values = {
        "registration": registration,
        "session": session,
        "view": view,
        "error": error,
        "position": positions(session.pk, [registration]).get(registration.pk),
        "is_open": _is_open(registration, view),
        "form_token": form_tokens.make(PURPOSE, registration.pk),
        "links": {kind: _path(kind, registration) for kind in LINKS},
        "ics": reverse("session-own-ics", args=[make_token("join", registration.pk)]),
    }
    return render(request, "sessions/person.html", values, status=status)


def _is_open(registration: Registration, view: SessionView) -> bool:
    """Whether the person may join now."""
    session = view.session
    if registration.status != Status.REGISTERED or session.is_over:
        return False
    return session.status == Session.Status.LIVE or timezone.now() >= view.opens_at


def _path(kind: Kind, registration: Registration) -> str:
    return reverse(f"session-{kind}", args=[make_token(kind, registration.pk)])
