"""The admin of background work about calls: monitors, syncs, prices, reconciliations, lost rooms."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin

from calls.admin.links import call_link
from calls.models import CallMonitor, PriceCheck, Reconciliation, RecordingSync, RoomOpening
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import StateFilter
from liveplatform.admin.permissions import RUN_AGAIN
from liveplatform.admin.privacy import hide_numbers
from liveplatform.work.models import Work


def _make_due(model: type[Work]) -> Callable[[Sequence[UUID], str], int]:
    return lambda ids, actor: model.objects.filter(pk__in=ids).make_due()


def _run_now(model: type[Work]) -> tuple[BulkAction, ...]:
    act = BulkAction(
        name="run_now",
        label="Run now",
        permission=RUN_AGAIN,
        consequence="Pending ones are due at once; each asks a provider.",
        kind="state",
        apply=_make_due(model),
    )
    return (act,)


class RecurringWorkAdmin(ReadOnlyAdmin):
    """Work that reschedules itself: its last result, and when it is due next."""

    account_path = "call__account"
    list_display: Any = ("id", "of_call", "state", "due_at", "result", "error_line")
    list_filter = (StateFilter,)
    private_fields = ("result", "log")
    fields: ClassVar[Any] = (
        "of_call",
        "state",
        "attempts",
        "due_at",
        "settled_at",
        "result",
        "error_line",
        "log",
    )

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:  # noqa: ANN401
        return self.fields

    @admin.display(description="call")
    def of_call(self, row: Any) -> str:  # noqa: ANN401
        return call_link(row.call_id)

    @admin.display(description="error")
    def error_line(self, row: Work) -> str:
        return hide_numbers(row.error)[:300]


@admin.register(CallMonitor)
class CallMonitorAdmin(RecurringWorkAdmin):
    """Monitors of live calls."""

    subject_field = "call_id"
    id_fields = ("pk", "call")
    search_help_text = "The id of a monitor or a call."
    bulk_actions = _run_now(CallMonitor)


@admin.register(RecordingSync)
class RecordingSyncAdmin(RecurringWorkAdmin):
    """Fetches calls' recordings from the provider, and renews their links before they expire."""

    subject_field = "call_id"
    id_fields = ("pk", "call")
    search_help_text = "The id of a sync or a call."
    bulk_actions = _run_now(RecordingSync)


@admin.register(PriceCheck)
class PriceCheckAdmin(RecurringWorkAdmin):
    """Asks providers for the prices of calls; failed: they named none in time."""

    subject_field = "call_id"
    id_fields = ("pk", "call")
    search_help_text = "The id of a check or a call."
    bulk_actions = _run_now(PriceCheck)


@admin.register(Reconciliation)
class ReconciliationAdmin(RecurringWorkAdmin):
    """Comparisons of our live calls with the provider's, per connection."""

    account_path = "connection__account"
    list_display = ("id", "connection", "state", "due_at", "result", "error_line")
    list_select_related = ("connection",)
    fields = ("connection", "state", "attempts", "due_at", "settled_at", "result", "error_line", "log")
    id_fields = ("pk", "connection")
    search_help_text = "The id of a reconciliation or a connection."
    bulk_actions = _run_now(Reconciliation)


def _run_again(ids: Sequence[UUID], actor: str) -> int:
    return RoomOpening.objects.filter(pk__in=ids).restart()


@admin.register(RoomOpening)
class RoomOpeningAdmin(RecurringWorkAdmin):
    """Rooms whose opening was not answered, and that are deleted; failed: such a room may exist, and cost."""

    account_path = "connection__account"
    list_display = ("id", "connection", "room_id", "state", "due_at", "error_line")
    list_select_related = ("connection",)
    fields = (
        *("connection", "room_type", "room_id", "state", "attempts", "due_at", "settled_at"),
        *("result", "error_line", "log"),
    )
    id_fields = ("pk", "connection", "call_id")
    search_help_text = "The id of an opening, a connection or a call."
    bulk_actions = (
        BulkAction(
            name="run_again",
            label="Delete again",
            permission=RUN_AGAIN,
            consequence="Rooms that were given up are deleted at their providers, unless they are gone.",
            kind="state",
            apply=_run_again,
        ),
    )
