"""Registration for a whole series: a registration in every session to come, also in those made later."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import RegistrationNotFound, SessionStateError
from sessions_app.models import Mail, Registration, Series, SeriesRegistration, Session
from sessions_app.registrations.cancel import withdraw
from sessions_app.registrations.custom_questions import validate_answers
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.enrol import enrol
from sessions_app.series.lookup import get_series, lock_series, lock_upcoming

Status = Registration.Status

# Each of them is registered for each session when it is made.
MAX_REGISTRATIONS = 500
# A series that was split so often is not followed any further.
MAX_SPLITS = 100


def register_for_series(series_id: UUID, registrant: Registrant, caller: Caller) -> SeriesRegistration:
    """Register somebody for every session to come; a repeat returns the registration that there is.

    In a session that is full the person waits, as everybody does; one for which the person is registered
    already stays as it is. Raises SeriesNotFound, NotAllowed, SessionStateError (the series is over, or has
    MAX_REGISTRATIONS) and InvalidAnswers.
    """
    with transaction.atomic():
        series = lock_series(series_id, caller)
        if not caller.user_id or registrant.user_id != caller.user_id:
            caller.require_host_of(series)
        found = SeriesRegistration.objects.filter(
            series=series, person_key=registrant.key, cancelled_at=None
        ).first()
        return found or _register(series, registrant)


def cancel_series_registration(series_id: UUID, registration_id: UUID, caller: Caller) -> SeriesRegistration:
    """Cancel it, and the person's registrations that came of it in the sessions to come. Safe to repeat.

    Also in the series that "this and following" edits have split off. What the person registered for apart
    stays. Raises SeriesNotFound and RegistrationNotFound.
    """
    with transaction.atomic():
        series = lock_series(series_id, caller)
        found = SeriesRegistration.objects.filter(series=series, pk=registration_id).first()
        is_own = found is not None and bool(caller.user_id) and found.user_id == caller.user_id
        if found is None or not (is_own or caller.is_trusted or caller.is_host_of(series)):
            raise RegistrationNotFound(str(registration_id))
        _cancel(_with_split_off(series), found.person_key, timezone.now())
        found.refresh_from_db()
        return found


def find_series_registration(registration: Registration) -> SeriesRegistration | None:
    """The registration for the whole series that a registration for one of its sessions came of.

    If the series was split off another, for which the person is registered too, it is that for the first.
    """
    if not registration.is_of_series:
        return None
    own = SeriesRegistration.objects.filter(person_key=registration.person_key, cancelled_at=None)
    first, series_id = None, registration.session.series_id
    for _ in range(MAX_SPLITS):
        found = own.filter(series_id=series_id).select_related("series").first() if series_id else None
        if found is None:
            break
        first, series_id = found, found.series.previous_id
    return first


def _register(series: Series, registrant: Registrant) -> SeriesRegistration:
    if not series.is_active:
        raise SessionStateError("The series was cancelled; nobody can register.")
    if SeriesRegistration.objects.filter(series=series, cancelled_at=None).count() >= MAX_REGISTRATIONS:
        raise SessionStateError(
            f"{MAX_REGISTRATIONS} people are registered for the series; register for single sessions."
        )
    person = SeriesRegistration.objects.create(
        series=series,
        **registrant.identity(),
        role=registrant.role,
        answers=validate_answers(series.custom_questions, registrant.answers),
    )
    _enrol_in_all(person, lock_upcoming([series], timezone.now()))
    person.refresh_from_db()
    return person


def _enrol_in_all(person: SeriesRegistration, sessions: Sequence[Session]) -> None:
    """One mail tells of the seats, with the first session that gave one; and one of each place in a queue."""
    own = Registration.objects.filter(session__in=sessions, person_key=person.person_key)
    known = set(own.exclude(status=Status.CANCELLED).values_list("session_id", flat=True))
    is_told = False
    for session in sessions:
        if session.pk not in known:
            registration = enrol(person, session, is_quiet=is_told)
            is_told |= registration is not None and registration.status != Status.WAITLIST


def _cancel(series: list[Series], person_key: str, now: datetime) -> None:
    people = SeriesRegistration.objects.filter(series__in=series, person_key=person_key, cancelled_at=None)
    if not people.update(cancelled_at=now):
        return
    sessions = {session.pk: session for session in lock_upcoming(series, now)}
    rows = Registration.objects.filter(
        session__in=sessions, person_key=person_key, is_of_series=True, status__in=Registration.OPEN
    )
    for registration in rows.select_for_update(of=("self",), no_key=True).order_by("session_id"):
        session: Session = sessions[registration.session_id]
        withdraw(session, registration, _farewell(registration))


def _farewell(registration: Registration) -> Mail.Kind | None:
    """Only who was told of a session is told that it is over: it may be in their calendar."""
    was_told = Mail.objects.filter(registration=registration).exists()
    return Mail.Kind.UNREGISTERED if was_told else None


def _with_split_off(series: Series) -> list[Series]:
    """The series, and those that follow from it; all locked."""
    found, last = [series], [series]
    while last and len(found) < MAX_SPLITS:
        rows = Series.objects.filter(previous__in=last).select_for_update(of=("self",), no_key=True)
        last = list(rows.order_by("pk"))
        found += last
    return found


def registrations_seen_by(caller: Caller, series_id: UUID) -> QuerySet[SeriesRegistration]:
    """Everybody for hosts and back ends, else the caller's own. Raises SeriesNotFound."""
    series = get_series(series_id, caller)
    rows = SeriesRegistration.objects.filter(series=series)
    if caller.is_trusted or caller.is_host_of(series):
        return rows
    return rows.filter(user_id=caller.user_id).exclude(user_id="")
