"""The admin of registrations and questions: who has a seat, who waits, and what they ask."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from sessions_app.admin.acts import cancel_registrations, promote_registrations
from sessions_app.admin.filters import QuestionStatusFilter, RegistrationStatusFilter
from sessions_app.admin.links import session_link
from sessions_app.models import Question, Registration

CHANGE_SESSION = "sessions_app.change_session"


class OfSessionAdmin(ReadOnlyAdmin):
    """Rows of a session, found by its id."""

    account_path = "session__account"
    list_select_related = ("session",)
    id_fields: tuple[str, ...] = ("pk", "session")
    search_help_text = "The id of a row or a session."

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ANN401
        return self.fields

    @admin.display(description="session")
    def of_session(self, row: Any) -> SafeString:  # noqa: ANN401 - a row of any of these models
        return session_link(row.session)


@admin.register(Registration)
class RegistrationAdmin(OfSessionAdmin):
    """The roster and the waitlist; names, addresses and answers are private."""

    list_display = ("id", "of_session", "who", "email", "status", "role", "registered_at", "waitlist_number")
    list_filter = (RegistrationStatusFilter,)
    fields = (
        *("of_session", "user_id", "patient_id", "email", "name", "timezone", "role", "status"),
        *("answers", "created_at", "created_by", "registered_at", "waitlist_number", "promoted_at"),
        *("offered_at", "offer_expires_at", "cancelled_at", "is_of_series", "attended_seconds"),
    )
    private_fields = ("email", "name", "patient_id", "answers")
    bulk_actions = (
        BulkAction(
            name="accept_offers",
            label="Accept the offered seat",
            permission=CHANGE_SESSION,
            consequence="Those to whom a seat is offered have it; the others are left as they are.",
            kind="status",
            apply=promote_registrations,
        ),
        BulkAction(
            name="cancel_registrations",
            label="Cancel the registration",
            permission=CHANGE_SESSION,
            consequence="They are told, and their seats go to those who wait.",
            kind="status",
            apply=cancel_registrations,
        ),
    )

    @admin.display
    def who(self, registration: Registration) -> str:
        return str(registration)


@admin.register(Question)
class QuestionAdmin(OfSessionAdmin):
    """What attendees ask; the texts are private."""

    list_display = ("id", "of_session", "asker_user_id", "body", "status", "vote_count", "created_at")
    list_filter = (QuestionStatusFilter,)
    fields = (
        *("of_session", "asker_user_id", "body", "answer", "status", "vote_count", "created_at"),
        *("moderated_at", "moderator_user_id"),
    )
    private_fields = ("body", "answer")
