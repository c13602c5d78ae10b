"""Steps (what was given up) and phone numbers in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from calls.models import CallMonitor, PhoneNumber, Reconciliation, RecordingSync, Step
from calls.post_processing.rerun import rerun_step
from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin
from liveplatform.work.doorbell import ring
from liveplatform.work.models import Work


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """The list of alarms: filter by "failed", look at the call, run the step again."""

    list_display = ("id", "of_call", "kind", "state", "attempts", "error", "settled_at")
    list_filter = ("state", "kind")
    id_fields = ("pk", "call")
    search_help_text = "The id of a step or a call."
    actions = ("run_again",)

    @admin.display(description="call")
    def of_call(self, step: Step) -> str:
        address = reverse("admin:calls_call_change", args=[step.call_id])
        return format_html('<a href="{}">{}</a>', address, step.call_id)

    @admin.action(description="Run again", permissions=["change"])
    def run_again(self, request: HttpRequest, steps: QuerySet[Step]) -> None:
        settled = steps.exclude(state__in=Step.OPEN)
        said = [rerun_step(step, f"staff:{request.user.get_username()}") for step in settled]
        self.message_user(request, f"{len(said)} steps run again.")


class RecurringWorkAdmin(ReadOnlyAdmin):
    """Work that comes back: what it found last, and when it is due again."""

    list_filter = ("state",)
    actions = ("run_now",)

    @admin.action(description="Look now", permissions=["change"])
    def run_now(self, request: HttpRequest, rows: QuerySet[Work]) -> None:
        due = rows.filter(state=Work.State.PENDING).update(due_at=Now())
        ring(rows.model.queue)
        self.message_user(request, f"{due} are due now.")


@admin.register(CallMonitor)
class CallMonitorAdmin(RecurringWorkAdmin):
    """Who looks after which live call."""

    list_display = ("id", "call_id", "state", "due_at", "result", "error")
    id_fields = ("pk", "call")
    search_help_text = "The id of a watch or a call."


@admin.register(RecordingSync)
class RecordingSyncAdmin(RecurringWorkAdmin):
    """Which calls' recordings are looked for, or will be before their links perish."""

    list_display = ("id", "call_id", "state", "due_at", "result", "error")
    id_fields = ("pk", "call")
    search_help_text = "The id of a check or a call."


@admin.register(Reconciliation)
class ReconciliationAdmin(RecurringWorkAdmin):
    """The rounds over connections, and what the last one found."""

    list_display = ("id", "connection", "state", "due_at", "result", "error")
    list_select_related = ("connection",)
    id_fields = ("pk", "connection")
    search_help_text = "The id of a round or a connection."


@admin.register(PhoneNumber)
class PhoneNumberAdmin(LargeTableAdmin):
    """Numbers are shown on their own page only."""

    list_display = ("id", "nickname", "account", "connection", "country_code", "created_at")
    list_select_related = ("account", "connection")
    raw_id_fields = ("account", "connection")
    id_fields = ("pk", "account")
    search_help_text = "The id of a number or an account."
