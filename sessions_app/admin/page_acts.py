"""Acts on one session, from its page: start, one of the list's acts, and its roster as CSV."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from liveplatform.admin.audit import record, staff_actor
from liveplatform.admin.bulk_pages import BulkPages
from liveplatform.admin.confirm import Confirmation, confirmation_page, is_confirmed
from liveplatform.admin.permissions import SEE_PRIVATE, may
from providers.errors import ProviderError
from sessions_app.admin.acts import staff_caller
from sessions_app.admin.people import CHANGE_SESSION
from sessions_app.admin.roster import roster_of, roster_response
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session


class PageActs(BulkPages):
    """The views behind the buttons of a session's page."""

    def act_urls(self) -> list[URLPattern]:
        bounded = self.admin_site.admin_view
        return [
            path(
                "<uuid:session_id>/start/",
                # Not in one transaction, as the other pages are: its provider is asked.
                admin.AdminSite.admin_view(self.admin_site, self.start_view),
                name="sessions_app_session_start",
            ),
            path(
                "<uuid:session_id>/act/<slug:name>/",
                bounded(self.one_view),
                name="sessions_app_session_one",
            ),
            path(
                "<uuid:session_id>/roster.csv", bounded(self.roster_view), name="sessions_app_session_roster"
            ),
        ]

    def start_view(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """GET asks, POST starts the session: its room is made, and it is live."""
        session = self._session(request, session_id, CHANGE_SESSION)
        back = reverse("admin:sessions_app_session_change", args=[session.pk])
        if not is_confirmed(request, 1):
            facts = [("Account", session.account.name), ("Session", str(session)), ("Status", session.status)]
            consequence = "Its room is opened at the provider, and registered people can join."
            return confirmation_page(
                request, self.admin_site, Confirmation("Start", consequence, "Start", back, facts=facts)
            ).render()
        try:
            start_session(session.pk, staff_caller(session.account_id, staff_actor(request)))
        except (SessionStateError, ProviderError) as error:
            messages.error(request, str(error))
            return redirect(back)
        _record(request, session, "Start", {"before": session.status})
        messages.success(request, "The session is live.")
        return redirect(back)

    def one_view(self, request: HttpRequest, session_id: UUID, name: str) -> HttpResponse:
        """The page that asks before an act of the list, about this session."""
        return self.confirm_rows(request, name, self.get_queryset(request).filter(pk=session_id))

    def roster_view(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Everybody who is or was registered, as CSV; recorded, for it holds names and addresses."""
        session = self._session(request, session_id, SEE_PRIVATE)
        people = roster_of(session)
        _record(request, session, "Export the roster", {"rows": len(people)})
        return roster_response(session, people)

    def _session(self, request: HttpRequest, session_id: UUID, permission: str) -> Session:
        """The session, if the user may see it and do this to it. Raises PermissionDenied or Http404."""
        if not (may(request, permission) and self.has_view_permission(request)):
            raise PermissionDenied
        session = self.get_queryset(request).select_related("account").filter(pk=session_id).first()
        if not isinstance(session, Session):
            raise Http404(str(session_id))
        return session


def _record(request: HttpRequest, session: Session, verb: str, detail: dict[str, object]) -> None:
    subjects: list[UUID] = [session.pk]
    with transaction.atomic():
        record(
            request,
            verb,
            Session,
            target=str(session),
            account_id=session.account_id,
            subjects=subjects,
            detail=detail,
        )
