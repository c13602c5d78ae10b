"""The admin of post-processing steps: find failed ones, and run them again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin.links import call_link
from calls.models import Step
from calls.post_processing.rerun import rerun_step
from liveplatform.admin.base import ReadOnlyAdmin, staff_actor


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """Steps; the filter `failed` lists those that need attention."""

    list_display = ("id", "of_call", "kind", "state", "attempts", "error", "settled_at")
    list_filter = ("state", "kind")
    id_fields = ("pk", "call")
    search_help_text = "The id of a step or a call."
    actions = ("run_again",)

    @admin.display(description="call")
    def of_call(self, step: Step) -> str:
        return call_link(step.call_id)

    @admin.action(description="Run again", permissions=["change"])
    def run_again(self, request: HttpRequest, steps: QuerySet[Step]) -> None:
        settled = list(steps.exclude(state__in=Step.OPEN))
        for step in settled:
            rerun_step(step, staff_actor(request))
        self.message_user(request, f"{len(settled)} steps run again.")
