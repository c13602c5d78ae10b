"""Find what a public address is about; Http404 for everything that is not public."""

from uuid import UUID

from django.http import Http404

from sessions_app.invitations.links import InvalidLink, Kind, read_link
from sessions_app.models import Registration, Session


def public_session(session_id: UUID) -> Session:
    """A session with a public page. Raises Http404."""
    rows = Session.objects.filter(pk=session_id, is_public=True, account__is_active=True)
    return _or_404(rows.first())


def registration_of(token: str, kind: Kind) -> Registration:
    """The registration of a signed link, with its session, also of one that is not public. Raises Http404."""
    try:
        registration_id = read_link(token, kind)
    except InvalidLink as error:
        raise Http404 from error
    rows = Registration.objects.filter(pk=registration_id, session__account__is_active=True)
    found = rows.select_related("session", "session__call").first()
    if found is None:
        raise Http404
    return found


def _or_404(session: Session | None) -> Session:
    if session is None:
        raise Http404
    return session
