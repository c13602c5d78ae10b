"""Acts on one call, from its detail page: end, note, run a step again, resend a delivery."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from calls.admin.forms import NotesForm
from calls.lifecycle.end import end
from calls.lifecycle.update import annotate_call
from calls.models import Call, Step
from calls.models.end_code import EndCode
from calls.post_processing.rerun import rerun_step
from liveplatform.admin.audit import record, staff_actor
from liveplatform.admin.confirm import Confirmation, confirmation_page, is_confirmed
from liveplatform.admin.permissions import (
    END_CALLS,
    NOTE_CALLS,
    RESEND_DELIVERIES,
    RUN_AGAIN,
    SEE_PRIVATE,
    may,
)
from liveplatform.admin.privacy import mask_number
from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.replay import resend

CONSEQUENCES = {
    Step.Kind.TERMINATE: "The provider is told again to end the call.",
    Step.Kind.CLEAN_UP: "The call's streams are stopped, those that still run.",
    Step.Kind.ANALYSE: "The call is analysed again, which may cost money if a paid analyser is set.",
    Step.Kind.NOTIFY: "call.processed is published again.",
}


class CallActs(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The views behind the buttons of the detail page."""

    def act_urls(self) -> list[URLPattern]:
        views: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<uuid:call_id>/end/", self.end_view, "calls_call_end"),
            ("<uuid:call_id>/notes/", self.notes_view, "calls_call_notes"),
            ("<uuid:call_id>/step/<slug:kind>/", self.step_view, "calls_call_step"),
            ("<uuid:call_id>/delivery/<uuid:delivery_id>/", self.delivery_view, "calls_call_delivery"),
        ]
        return [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in views]

    def end_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        """GET asks, POST ends the call."""
        call = self._call(request, call_id, END_CALLS)
        if not is_confirmed(request, 1):
            facts = [
                ("Account", call.account.name),
                ("Call", _parties(request, call)),
                ("Status", call.status),
            ]
            consequence = "It is ended here and at its provider; those who speak are cut off."
            return self._ask(request, call, "End this call", consequence, facts)
        actor, code = staff_actor(request), EndCode.ENDED_BY_STAFF
        was_given_up = Step.is_hang_up_given_up(call.pk)
        result = end(call.pk, account_id=call.account_id, reason="Ended by staff", code=code, actor=actor)
        _record(request, call, "end", {"before": call.status, "changed": result.changed})
        ended = "The call is ended; the workers carry out what follows."
        again = "It had ended already; its hang-up, which was given up, is taken up again."
        over = again if was_given_up else "It had ended already."
        return _back(request, call, ended if result.changed else over)

    @method_decorator(require_POST)
    def notes_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        call, form = self._call(request, call_id, NOTE_CALLS), NotesForm(request.POST)
        if not form.is_valid():
            messages.error(request, form.errors.as_text())
            return redirect(reverse("admin:calls_call_change", args=[call.pk]))
        changes = form.changes()
        before = {"notes": f"{len(call.notes)} characters", "rating": call.rating}
        annotate_call(call.pk, account_id=call.account_id, actor=staff_actor(request), changes=changes)
        after = {"notes": f"{len(changes['notes'])} characters", "rating": changes["rating"]}
        fields = {name: {"before": before[name], "after": after[name]} for name in after}
        _record(request, call, "note", {"fields": fields})
        return _back(request, call, "Notes and rating are saved.")

    def step_view(self, request: HttpRequest, call_id: UUID, kind: str) -> HttpResponse:
        """GET asks, POST runs the step again."""
        call = self._call(request, call_id, RUN_AGAIN)
        step = get_object_or_404(Step, call=call, kind=kind)
        if not is_confirmed(request, 1):
            facts = [("Account", call.account.name), ("Call", _parties(request, call)), ("State", step.state)]
            return self._ask(request, call, f"Run {kind} again", CONSEQUENCES[Step.Kind(kind)], facts)
        before, told = step.state, rerun_step(step, staff_actor(request))
        _record(request, call, f"run {kind} again", {"before": before})
        return _back(request, call, told)

    @method_decorator(require_POST)
    def delivery_view(self, request: HttpRequest, call_id: UUID, delivery_id: UUID) -> HttpResponse:
        call = self._call(request, call_id, RESEND_DELIVERIES)
        delivery = get_object_or_404(Delivery, pk=delivery_id, event__subject_id=call.pk)
        sent, before = resend(delivery), delivery.state
        _record(request, call, "resend a delivery", {"delivery": str(delivery.pk), "before": before})
        told = "It is sent again now." if sent else "It is being sent at this moment."
        return _back(request, call, told)

    def _call(self, request: HttpRequest, call_id: UUID, permission: str) -> Call:
        """The call, if the user may see it and do this to it; 403 or 404 otherwise."""
        if not (may(request, permission) and self.has_view_permission(request)):
            raise PermissionDenied
        call = self.get_queryset(request).select_related("account").filter(pk=call_id).first()
        if not isinstance(call, Call):
            raise Http404(str(call_id))
        return call

    def _ask(
        self, request: HttpRequest, call: Call, title: str, consequence: str, facts: list[tuple[str, str]]
    ) -> HttpResponse:
        back = reverse("admin:calls_call_change", args=[call.pk])
        asked = Confirmation(title, consequence, title, back, facts=facts)
        return confirmation_page(request, self.admin_site, asked)


def _parties(request: HttpRequest, call: Call) -> str:
    numbers = [call.from_number, call.to_number]
    if not may(request, SEE_PRIVATE):
        numbers = [mask_number(number) for number in numbers]
    return " → ".join(numbers) if any(numbers) else str(call.pk)


def _record(request: HttpRequest, call: Call, verb: str, detail: dict[str, object]) -> None:
    account, target = call.account_id, str(call)
    record(request, verb, Call, target=target, account_id=account, subjects=[call.pk], detail=detail)


def _back(request: HttpRequest, call: Call, message: str) -> HttpResponse:
    """Back to the detail page, with a message."""
    messages.success(request, message)
    return redirect(reverse("admin:calls_call_change", args=[call.pk]))
