"""The admin of recurring work: call monitors, recording syncs and reconciliations."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.models import CallMonitor, Reconciliation, RecordingSync
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.work.models import Work


class RecurringWorkAdmin(ReadOnlyAdmin):
    """Work that reschedules itself: its last result, and when it is due next."""

    list_filter = ("state",)
    actions = ("run_now",)

    @admin.action(description="Run now", permissions=["change"])
    def run_now(self, request: HttpRequest, rows: QuerySet[Work]) -> None:
        due = rows.model.objects.filter(pk__in=rows).make_due()
        self.message_user(request, f"{due} are due now.")


@admin.register(CallMonitor)
class CallMonitorAdmin(RecurringWorkAdmin):
    """Monitors of live calls."""

    list_display = ("id", "call_id", "state", "due_at", "result", "error")
    id_fields = ("pk", "call")
    search_help_text = "The id of a monitor or a call."


@admin.register(RecordingSync)
class RecordingSyncAdmin(RecurringWorkAdmin):
    """Fetches calls' recordings from the provider, and renews their links before they expire."""

    list_display = ("id", "call_id", "state", "due_at", "result", "error")
    id_fields = ("pk", "call")
    search_help_text = "The id of a sync or a call."


@admin.register(Reconciliation)
class ReconciliationAdmin(RecurringWorkAdmin):
    """Comparisons of our live calls with the provider's, per connection."""

    list_display = ("id", "connection", "state", "due_at", "result", "error")
    list_select_related = ("connection",)
    id_fields = ("pk", "connection")
    search_help_text = "The id of a reconciliation or a connection."
