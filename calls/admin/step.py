"""The admin of post-processing steps: find failed ones, and run them again."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import admin

from calls.admin.links import call_link
from calls.models import Step
from calls.post_processing.rerun import rerun_step
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import NewestByValueFilter, StateFilter
from liveplatform.admin.permissions import RUN_AGAIN
from liveplatform.admin.privacy import hide_numbers


class StepKindFilter(NewestByValueFilter):
    title = "kind (of the newest 10,000)"
    parameter_name = "kind"
    values = tuple(str(kind) for kind in Step.Kind.values)


def _rerun(ids: Sequence[UUID], actor: str) -> int:
    settled = list(Step.objects.filter(pk__in=ids).exclude(state__in=Step.OPEN).order_by("call_id"))
    for step in settled:
        rerun_step(step, actor)
    return len(settled)


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """Steps; the filter `failed` lists those that need attention."""

    account_path = "call__account"
    subject_field = "call_id"
    list_display = ("id", "of_call", "kind", "state", "attempts", "error_line", "settled_at")
    list_filter = (StateFilter, StepKindFilter)
    id_fields = ("pk", "call")
    search_help_text = "The id of a step or a call."
    fields = (
        *("of_call", "kind", "state", "attempts", "max_attempts", "due_at", "settled_at", "error_line"),
        *("result", "log"),
    )
    readonly_fields = fields
    private_fields = ("result", "log")
    bulk_actions = (
        BulkAction(
            name="run_again",
            label="Run again",
            permission=RUN_AGAIN,
            consequence="Settled steps run again: terminate tells the provider, analyse may cost money.",
            kind="kind",
            apply=_rerun,
        ),
    )

    @admin.display(description="call")
    def of_call(self, step: Step) -> str:
        return call_link(step.call_id)

    @admin.display(description="error")
    def error_line(self, step: Step) -> str:
        return hide_numbers(step.error)[:300]
