"""The public page of a session: what it is, when, and the form to register."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import AlreadyRegistered, InvalidAnswers, SessionStateError
from sessions_app.invitations.links import make_token
from sessions_app.lookup import lock_session
from sessions_app.models import Registration, Session
from sessions_app.pages import form_tokens
from sessions_app.pages.forms import RegistrationForm
from sessions_app.pages.guard import message, page
from sessions_app.pages.lookup import public_session
from sessions_app.pages.view_data import view_of
from sessions_app.registrations.register import add_registration
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.lookup import lock_series, lock_upcoming
from sessions_app.series.registrations import register_for_series

PURPOSE, ACTOR = "register", "page"
STALE = "This page was open for too long. Nothing was sent; check the form and send it again."
ALREADY = (
    "This address is registered for the session already. "
    "The mail that we sent to it has the links to join and to cancel."
)


@page
def show(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The page, and what follows from its form: the page of the person, or the form with its errors."""
    session = public_session(session_id)
    if request.method != "POST":
        return _page(request, session, RegistrationForm(session))
    form = RegistrationForm(session, request.POST)
    if not form_tokens.is_valid(request.POST.get(form_tokens.FIELD, ""), PURPOSE, session.pk):
        form.add_error(None, STALE)
    if form.is_valid():
        return _register(request, session, form)
    return _page(request, session, form, status=400)


@page
def unknown(request: HttpRequest, address: str) -> HttpResponse:
    """What is no id of a session: the page that says so."""
    raise Http404


def _register(request: HttpRequest, session: Session, form: RegistrationForm) -> HttpResponse:
    try:
        registration = _add(session, form.registrant, is_for_series=form.is_for_series)
    except InvalidAnswers as error:
        form.add_answer_errors(error)
    except AlreadyRegistered:
        return message(request, 409, "You are registered already", ALREADY, link=view_of(session).path)
    except SessionStateError as error:
        session.refresh_from_db()
        form.add_error(None, str(error))
        return _page(request, session, form, status=412)
    else:
        return redirect("session-join", make_token("join", registration.pk))
    return _page(request, session, form, status=400)


def _add(session: Session, registrant: Registrant, *, is_for_series: bool) -> Registration:
    """Register; with a full session the person waits. Raises AlreadyRegistered for a repeat.

    The page of a registration is shown to whoever has just made it, and mailed to its address; but not shown
    to others who know the address.
    """
    with transaction.atomic():
        if is_for_series and session.series_id:
            _register_for_series(session, session.series_id, registrant)
            return add_registration(_lock(session), registrant, actor=ACTOR)
        locked = _lock(session)
        _require_new(locked, registrant)
        return add_registration(locked, registrant, actor=ACTOR)


def _register_for_series(session: Session, series_id: UUID, registrant: Registrant) -> None:
    caller = Caller(session.account_id, ACTOR, is_trusted=True)
    series = lock_series(series_id, caller)
    session.refresh_from_db(fields=["series"])
    if session.series_id and session.series_id != series_id:  # it was split off since it was read
        series = lock_series(session.series_id, caller)
    lock_upcoming([series], timezone.now())
    _require_new(session, registrant)
    register_for_series(series.pk, registrant, caller)


def _lock(session: Session) -> Session:
    return lock_session(session.pk, session.account_id)


def _require_new(session: Session, registrant: Registrant) -> None:
    rows = Registration.objects.filter(session=session, person_key=registrant.key)
    if rows.exclude(status__in=(Registration.Status.CANCELLED, Registration.Status.DECLINED)).exists():
        raise AlreadyRegistered(ALREADY)


def _page(request: HttpRequest, session: Session, form: RegistrationForm, status: int = 200) -> HttpResponse:
    values = {"view": view_of(session), "session": session, "form": form}
    values["form_token"] = form_tokens.make(PURPOSE, session.pk)
    return render(request, "sessions/session.html", values, status=status)
