"""Signed links of mails: to cancel, and to accept or decline an offered seat.

GET shows what the link does and changes nothing: programs that look at mails follow links. POST does it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.invitations.links import Kind, make_token
from sessions_app.models import Registration
from sessions_app.pages import form_tokens
from sessions_app.pages.guard import page
from sessions_app.pages.lookup import registration_of
from sessions_app.pages.view_data import view_of
from sessions_app.registrations import offers
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.series.registrations import cancel_series_registration, find_series_registration

Status = Registration.Status

WHOLE = "whole_series"  # the button that cancels the registrations for all sessions of the series


@dataclass(frozen=True)
class Act:
    """What a link does, and how its page asks."""

    kind: Kind
    do: Callable[..., Registration]
    title: str
    button: str
    possible: tuple[str, ...]  # statuses of the registration
    is_danger: bool = False


CANCEL = Act(
    "cancel",
    cancel_registration,
    "Cancel your registration?",
    "Cancel my registration",
    Registration.OPEN,
    is_danger=True,
)
ACCEPT = Act("accept", offers.accept, "A seat is kept for you", "Accept the seat", (Status.OFFERED,))
DECLINE = Act(
    "decline",
    offers.decline,
    "Give the seat to the next person?",
    "Decline the seat",
    (Status.OFFERED,),
    is_danger=True,
)


@page
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel the registration."""
    return _answer(request, CANCEL, registration_of(token, "cancel"))


@page
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Accept the offered seat."""
    return _answer(request, ACCEPT, registration_of(token, "accept"))


@page
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Decline the offered seat."""
    return _answer(request, DECLINE, registration_of(token, "decline"))


def _answer(request: HttpRequest, act: Act, registration: Registration) -> HttpResponse:
    if registration.status not in act.possible:
        return redirect("session-join", make_token("join", registration.pk))
    form_token = request.POST.get(form_tokens.FIELD, "")
    if request.method != "POST" or not form_tokens.is_valid(form_token, act.kind, registration.pk):
        return _ask(request, act, registration)
    session = registration.session
    caller = Caller(session.account_id, f"link:{registration.pk}", is_trusted=True)
    whole = find_series_registration(registration) if WHOLE in request.POST else None
    try:
        if act is CANCEL and whole:
            cancel_series_registration(whole.series_id, whole.pk, caller)
        else:
            act.do(session.pk, registration.pk, caller)
    except SessionStateError as error:
        return _ask(request, act, registration, str(error))
    return redirect("session-join", make_token("join", registration.pk))


def _ask(request: HttpRequest, act: Act, registration: Registration, error: str = "") -> HttpResponse:
    values = {
        "act": act,
        "registration": registration,
        "session": registration.session,
        "view": view_of(registration.session),
        "error": error,
        "is_of_series": act is CANCEL and find_series_registration(registration) is not None,
        "form_token": form_tokens.make(act.kind, registration.pk),
    }
    return render(request, "sessions/confirm.html", values, status=412 if error else 200)
