"""Find a registration that the caller may see."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from sessions_app.caller import Caller
from sessions_app.exceptions import RegistrationNotFound
from sessions_app.lookup import get_session, lock_session
from sessions_app.models import Registration, Session
from sessions_app.models.person import person_key


def get_registration(session_id: UUID, registration_id: UUID, caller: Caller) -> Registration:
    """The caller's own registration, or anyone's for a host. Raises SessionNotFound, RegistrationNotFound."""
    session = get_session(session_id, caller.account_id, caller.brand_id)
    return _seen(session, Registration.objects.filter(pk=registration_id).first(), caller)


def lock_registration(
    session_id: UUID, registration_id: UUID, caller: Caller
) -> tuple[Session, Registration]:
    """The same with its session, both locked to the end of the transaction."""
    session = lock_session(session_id, caller.account_id, caller.brand_id)
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    registration = _seen(session, rows.filter(pk=registration_id).first(), caller)
    registration.session = session
    return session, registration


def is_registered(session: Session, user_id: str) -> bool:
    """Whether this user has a seat; False for nobody ("")."""
    return bool(user_id) and _seats_of(user_id).filter(session=session).exists()


def with_is_registered(sessions: QuerySet[Session], user_id: str) -> QuerySet[Session]:
    """The sessions with `is_registered` about this user, in the same statement."""
    if not user_id:
        return sessions.annotate(is_registered=Value(False))
    return sessions.annotate(is_registered=Exists(_seats_of(user_id).filter(session_id=OuterRef("pk"))))


def find_own(session: Session, user_id: str) -> Registration:
    """The user's registration, unless it is cancelled. Raises RegistrationNotFound."""
    rows = Registration.objects.filter(session=session, person_key=person_key(user_id=user_id))
    found = rows.exclude(status=Registration.Status.CANCELLED).first()
    if found is None:
        raise RegistrationNotFound
    return found


def _seats_of(user_id: str) -> QuerySet[Registration]:
    """Written so that the unique index on the person is used, which leaves out the cancelled ones."""
    own = Registration.objects.filter(person_key=person_key(user_id=user_id))
    return own.filter(~Q(status="cancelled"), status=Registration.Status.REGISTERED)


def _seen(session: Session, registration: Registration | None, caller: Caller) -> Registration:
    if registration is None or registration.session_id != session.pk:
        raise RegistrationNotFound
    is_own = bool(caller.user_id) and registration.person_key == person_key(user_id=caller.user_id)
    if not (is_own or caller.is_trusted or caller.is_host_of(session)):
        raise RegistrationNotFound
    return registration
