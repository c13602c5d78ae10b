"""The admin of background work for sessions: duties and mails."""

from django.contrib import admin

from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import NewestByValueFilter, StateFilter
from liveplatform.admin.permissions import RESEND_DELIVERIES, RUN_AGAIN
from sessions_app.admin.acts import resend_mails, run_duties_again
from sessions_app.admin.people import OfSessionAdmin
from sessions_app.models import Mail, SessionDuty


class DutyKindFilter(NewestByValueFilter):
    title = "kind (of the newest 10,000)"
    parameter_name = "kind"
    values = tuple(str(kind) for kind in SessionDuty.Kind.values)


class MailKindFilter(NewestByValueFilter):
    title = "kind (of the newest 10,000)"
    parameter_name = "kind"
    values = tuple(str(kind) for kind in Mail.Kind.values)


@admin.register(SessionDuty)
class SessionDutyAdmin(OfSessionAdmin):
    """What the platform has to do for sessions, and when."""

    list_display = ("id", "of_session", "kind", "slot", "state", "due_at", "attempts", "settled_at")
    list_filter = (StateFilter, DutyKindFilter)
    fields = (
        *("of_session", "kind", "slot", "state", "planned_at", "due_at", "attempts", "max_attempts"),
        *("settled_at", "error", "log"),
    )
    private_fields = ("error", "log")
    bulk_actions = (
        BulkAction(
            name="run_again",
            label="Run again",
            permission=RUN_AGAIN,
            consequence="Those that failed are carried out now.",
            kind="kind",
            apply=run_duties_again,
        ),
    )


@admin.register(Mail)
class MailAdmin(OfSessionAdmin):
    """E-mails to registered people, until they are sent; addresses and errors are private."""

    list_display = ("id", "of_session", "kind", "to", "state", "attempts", "due_at", "sent_at")
    list_filter = (StateFilter, MailKindFilter)
    id_fields = ("pk", "session", "registration")
    search_help_text = "The id of a mail, a session or a registration."
    fields = (
        *("of_session", "kind", "cause", "to", "details", "calendar_sequence", "state", "attempts"),
        *("max_attempts", "created_at", "due_at", "sent_at", "settled_at", "error", "log"),
    )
    private_fields = ("to", "details", "error", "log")
    bulk_actions = (
        BulkAction(
            name="resend",
            label="Send again",
            permission=RESEND_DELIVERIES,
            consequence="Settled mails are sent again, and those that had been sent arrive twice; the others "
            "are on their way.",
            kind="kind",
            apply=resend_mails,
        ),
    )
