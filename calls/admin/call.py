"""The admin of calls."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from calls.admin.detail import detail_context
from calls.admin.filters import AttentionFilter
from calls.admin.forms import NotesForm
from calls.bulk.operations import start_per_account
from calls.lifecycle.end import end
from calls.lifecycle.update import annotate_call
from calls.models import Call, Step
from calls.models.end_code import EndCode
from calls.post_processing.rerun import rerun_step
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.replay import resend


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Lists hold no phone numbers; the page of a call tells everything."""

    list_display = (
        "id",
        "account",
        "channel",
        "status",
        "billing",
        "end_code",
        "created",
        "ended_at",
        "sentiment",
    )
    list_filter = (AttentionFilter, "status", "channel", "is_test")
    list_select_related = ("account",)
    ordering = ("-id",)  # UUIDv7: the order of creation
    search_help_text = "The id of a call or an account, the provider's id of a call, or a number in E.164."
    id_fields = ("pk", "account")
    actions = ("end_calls", "analyse_again")
    change_form_template = "admin/calls/call/story.html"

    @admin.display(description="created at", ordering="id")
    def created(self, call: Call) -> datetime:
        return call.created_at

    @admin.display(description="provider")
    def billing(self, call: Call) -> str:
        return "STILL BILLED?" if call.may_still_be_billed else call.provider_state

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Exact matches only: the provider's id through its index, numbers within a bounded time."""
        term = search_term.strip()
        if term.startswith("CA"):
            return queryset.filter(provider_call_id=term), False
        if term.startswith("+"):
            return queryset.filter(Q(to_number=term) | Q(from_number=term)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.action(description="End these calls", permissions=["change"])
    def end_calls(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        code = EndCode.ENDED_BY_STAFF
        begun = start_per_account(calls, reason="Ended by staff", code=code, by=actor(request))
        address = reverse("admin:calls_operation_changelist")
        said = format_html('{} operations begun: <a href="{}">watch them</a>.', len(begun), address)
        self.message_user(request, said if begun else "None of these calls is live.")

    @admin.action(description="Run the analysis again", permissions=["change"])
    def analyse_again(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        steps = Step.objects.filter(call__in=calls, kind=Step.Kind.ANALYSE).exclude(state__in=Step.OPEN)
        found = [rerun_step(step, actor(request)) for step in steps]
        self.message_user(request, f"{len(found)} analyses run again.")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page that tells the whole story."""
        known = Call.objects.select_related("account", "connection")
        call = known.filter(pk=_uuid(object_id)).first()
        told = detail_context(call) if call else {}
        told["notes_form"] = NotesForm.for_call(call) if call else None
        told["may_change"] = request.user.has_perm("calls.change_call")
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | told)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<uuid:call_id>/end/", self.admin_site.admin_view(self.end_view), name="calls_call_end"),
            path(
                "<uuid:call_id>/notes/", self.admin_site.admin_view(self.notes_view), name="calls_call_notes"
            ),
            path(
                "<uuid:call_id>/step/<slug:kind>/",
                self.admin_site.admin_view(self.step_view),
                name="calls_call_step",
            ),
            path(
                "<uuid:call_id>/delivery/<uuid:delivery_id>/",
                self.admin_site.admin_view(self.delivery_view),
                name="calls_call_delivery",
            ),
        ]
        return own + super().get_urls()

    @method_decorator(require_POST)
    def end_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        call = _changeable_call(request, call_id)
        won = _end(request, call.pk, call.account_id).changed
        said = "The call is ended; the workers carry out what follows." if won else "It had ended already."
        return _redirect_to(request, call, said)

    @method_decorator(require_POST)
    def notes_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        call, form = _changeable_call(request, call_id), NotesForm(request.POST)
        if not form.is_valid():
            messages.error(request, form.errors.as_text())
            return redirect(reverse("admin:calls_call_change", args=[call.pk]))
        annotate_call(call.pk, account_id=call.account_id, actor=actor(request), changes=form.changes())
        return _redirect_to(request, call, "Notes and rating are kept.")

    @method_decorator(require_POST)
    def step_view(self, request: HttpRequest, call_id: UUID, kind: str) -> HttpResponse:
        call = _changeable_call(request, call_id)
        step = get_object_or_404(Step, call=call, kind=kind)
        return _redirect_to(request, call, rerun_step(step, actor(request)))

    @method_decorator(require_POST)
    def delivery_view(self, request: HttpRequest, call_id: UUID, delivery_id: UUID) -> HttpResponse:
        call = _changeable_call(request, call_id)
        delivery = get_object_or_404(Delivery, pk=delivery_id, event__subject_id=call.pk)
        sent = resend(delivery)
        return _redirect_to(
            request, call, "It is sent again now." if sent else "It is being sent at this moment."
        )


def _changeable_call(request: HttpRequest, call_id: UUID) -> Call:
    if not request.user.has_perm("calls.change_call"):
        raise PermissionDenied
    return get_object_or_404(Call, pk=call_id)


def _end(request: HttpRequest, call_id: UUID, account_id: UUID) -> Any:  # noqa: ANN401 - calls.end.EndResult
    return end(
        call_id,
        account_id=account_id,
        reason="Ended by staff",
        code=EndCode.ENDED_BY_STAFF,
        actor=actor(request),
    )


def _redirect_to(request: HttpRequest, call: Call, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(reverse("admin:calls_call_change", args=[call.pk]))


def actor(request: HttpRequest) -> str:
    return f"staff:{request.user.get_username()}"[:80]


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)  # nobody's
