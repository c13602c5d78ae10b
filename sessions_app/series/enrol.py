"""Register the people of a series for its sessions."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from sessions_app.exceptions import InvalidAnswers, SessionStateError
from sessions_app.models import Registration, Series, SeriesRegistration, Session
from sessions_app.models.person import Role
from sessions_app.registrations.register import add_newcomers, add_registration
from sessions_app.registrations.registrant import Registrant

log = structlog.get_logger(__name__)


def active_registrations(series: Series) -> list[SeriesRegistration]:
    """Who is registered for the whole series, in the order in which they registered."""
    rows = SeriesRegistration.objects.filter(series=series, cancelled_at=None)
    return list(rows.order_by("created_at", "pk"))


def enrol_everybody(series: Series, sessions: Sequence[Session], *, is_quiet: bool) -> None:
    """Register everybody of the series for new sessions, which nobody knows yet; first come, first served.

    The statements are so many for each session, however many people there are.
    """
    registrants = [_registrant(person) for person in active_registrations(series)] if sessions else []
    for session in sessions if registrants else ():
        errors = add_newcomers(session, registrants, actor=f"series:{series.pk}", is_quiet=is_quiet)
        if errors:
            _log(session, series.pk, errors[0], len(errors))


def enrol(person: SeriesRegistration, session: Session, *, is_quiet: bool) -> Registration | None:
    """Register one person for a locked session, where this is possible; `is_quiet`: as `seats.add`.

    A session that the person was declined for, or whose registration has closed, is left out. So is one that
    asks something else than the series did when the person registered.
    """
    try:
        actor = f"series:{person.series_id}"
        return add_registration(session, _registrant(person), actor=actor, is_quiet=is_quiet)
    except (SessionStateError, InvalidAnswers) as error:
        _log(session, person.series_id, error)
        return None


def _log(session: Session, series_id: UUID, error: Exception, people: int = 1) -> None:
    log.info(
        "not_enrolled", session_id=str(session.pk), series_id=str(series_id), why=str(error), people=people
    )


def _registrant(person: SeriesRegistration) -> Registrant:
    return Registrant(
        user_id=person.user_id,
        patient_id=person.patient_id,
        email=person.email,
        is_guest=person.is_guest,
        name=person.name,
        timezone=person.timezone,
        role=Role(person.role),
        answers=person.answers,
        is_of_series=True,
    )
