"""The admin of sessions: the list, and acts on many of them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from liveplatform.admin.base import ReadOnlyAdmin, uuid_or_nil
from liveplatform.admin.bulk import BulkAction
from sessions_app.admin.acts import cancel_sessions, end_sessions, promote_next, restore_sessions
from sessions_app.admin.detail import detail_context
from sessions_app.admin.filters import AttentionFilter, SessionKindFilter, SessionStatusFilter
from sessions_app.admin.page_acts import PageActs
from sessions_app.admin.people import CHANGE_SESSION
from sessions_app.lifecycle.deactivation import CANCEL, END
from sessions_app.models import Session


@admin.register(Session)
class SessionAdmin(PageActs, ReadOnlyAdmin):
    """Lists are narrowed by indexes only; a session's page tells its story."""

    list_display = ("at", "title", "account", "brand_id", "host_id", "status", "seats", "waitlist_count")
    list_display_links = ("at", "title")
    list_filter = (AttentionFilter, SessionStatusFilter, SessionKindFilter)
    list_select_related = ("account",)
    ordering = ("-id",)
    sortable_by = ()
    id_fields = ("pk", "account", "series", "call")
    search_help_text = "The id of a session, an account, a series or a call."
    fields = ("id",)
    readonly_fields = fields
    change_form_template = "admin/sessions_app/session/detail.html"
    bulk_actions = (
        BulkAction(
            name=END,
            label="End",
            permission=CHANGE_SESSION,
            consequence="Those that are live are ended, and their calls; those who speak are cut off.",
            kind="status",
            apply=end_sessions,
        ),
        BulkAction(
            name=CANCEL,
            label="Cancel",
            permission=CHANGE_SESSION,
            consequence="Those that are scheduled are cancelled, and everybody who is registered is told.",
            kind="status",
            apply=cancel_sessions,
        ),
        BulkAction(
            name="restore_sessions",
            label="Take the cancellation back",
            permission=CHANGE_SESSION,
            consequence="Those that were cancelled, and whose time is to come, are scheduled again; all "
            "who is registered is told.",
            kind="status",
            apply=restore_sessions,
        ),
        BulkAction(
            name="promote_next",
            label="Promote the next of the waitlist",
            permission=CHANGE_SESSION,
            consequence="The first who waits gets a seat, or the offer of one; a full session gets one more.",
            kind="status",
            apply=promote_next,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the long columns, which the list does not show."""
        return super().get_queryset(request).defer("description", "metadata", "custom_questions")

    @admin.display(description="time (UTC)")
    def at(self, session: Session) -> str:
        return f"{session.scheduled_at:%Y-%m-%d %H:%M}"

    @admin.display
    def seats(self, session: Session) -> str:
        offered = f" + {session.offered_count} offered" if session.offered_count else ""
        return f"{session.registered_count}{offered} of {session.max_participants}"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page: Django's change form under templates/admin/sessions_app/session/detail.html."""
        sessions = self.get_queryset(request).defer(None).select_related("account", "series")
        session = sessions.filter(pk=uuid_or_nil(object_id)).first()
        context = detail_context(request, session) if isinstance(session, Session) else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        return [*self.act_urls(), *super().get_urls()]
