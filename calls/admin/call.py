"""The admin of calls: the list with its actions, and the detail page of one call."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Collate
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
from liveplatform.admin.base import ReadOnlyAdmin, staff_actor
from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.replay import resend


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """The list omits phone numbers; the detail page shows everything on record."""

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
    change_form_template = "admin/calls/call/detail.html"

    @admin.display(description="created at", ordering="id")
    def created(self, call: Call) -> datetime:
        return call.created_at

    @admin.display(description="provider")
    def billing(self, call: Call) -> str:
        return "STILL BILLED?" if call.may_still_be_billed else call.provider_state

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Exact matches by index only: ids, the provider's id of a call, or a phone number."""
        term = search_term.strip()
        if term.startswith("CA"):
            return queryset.filter(provider_call_id=term), False
        if term.startswith("+"):
            return _by_number(queryset, term), False
        return super().get_search_results(request, queryset, search_term)

    @admin.action(description="End these calls", permissions=["change"])
    def end_calls(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        code = EndCode.ENDED_BY_STAFF
        started = start_per_account(calls, reason="Ended by staff", code=code, actor=staff_actor(request))
        url = reverse("admin:calls_operation_changelist")
        message = format_html('{} operations begun: <a href="{}">watch them</a>.', len(started), url)
        self.message_user(request, message if started else "None of these calls is live.")

    @admin.action(description="Run the analysis again", permissions=["change"])
    def analyse_again(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        steps = list(Step.objects.filter(call__in=calls, kind=Step.Kind.ANALYSE).exclude(state__in=Step.OPEN))
        for step in steps:
            rerun_step(step, staff_actor(request))
        self.message_user(request, f"{len(steps)} analyses run again.")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The detail page: Django's change form under templates/admin/calls/call/detail.html."""
        call = Call.objects.select_related("account", "connection").filter(pk=_uuid(object_id)).first()
        context = detail_context(call) if call else {}
        context["notes_form"] = NotesForm.for_call(call) if call else None
        context["may_change"] = request.user.has_perm("calls.change_call")
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        views: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<uuid:call_id>/end/", self.end_view, "calls_call_end"),
            ("<uuid:call_id>/notes/", self.notes_view, "calls_call_notes"),
            ("<uuid:call_id>/step/<slug:kind>/", self.step_view, "calls_call_step"),
            ("<uuid:call_id>/delivery/<uuid:delivery_id>/", self.delivery_view, "calls_call_delivery"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in views]
        return own + super().get_urls()

    @method_decorator(require_POST)
    def end_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        call = _changeable_call(request, call_id)
        result = end(
            call.pk,
            account_id=call.account_id,
            reason="Ended by staff",
            code=EndCode.ENDED_BY_STAFF,
            actor=staff_actor(request),
        )
        ended = "The call is ended; the workers carry out what follows."
        return _redirect_to(request, call, ended if result.changed else "It had ended already.")

    @method_decorator(require_POST)
    def notes_view(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        call, form = _changeable_call(request, call_id), NotesForm(request.POST)
        if not form.is_valid():
            messages.error(request, form.errors.as_text())
            return redirect(reverse("admin:calls_call_change", args=[call.pk]))
        annotate_call(call.pk, account_id=call.account_id, actor=staff_actor(request), changes=form.changes())
        return _redirect_to(request, call, "Notes and rating are saved.")

    @method_decorator(require_POST)
    def step_view(self, request: HttpRequest, call_id: UUID, kind: str) -> HttpResponse:
        call = _changeable_call(request, call_id)
        step = get_object_or_404(Step, call=call, kind=kind)
        return _redirect_to(request, call, rerun_step(step, staff_actor(request)))

    @method_decorator(require_POST)
    def delivery_view(self, request: HttpRequest, call_id: UUID, delivery_id: UUID) -> HttpResponse:
        call = _changeable_call(request, call_id)
        delivery = get_object_or_404(Delivery, pk=delivery_id, event__subject_id=call.pk)
        sent = resend(delivery)
        return _redirect_to(
            request, call, "It is sent again now." if sent else "It is being sent at this moment."
        )


def _by_number(calls: QuerySet[Model], number: str) -> QuerySet[Model]:
    """Calls to or from a number, in the form of the partial indexes call_to_number and call_from_number."""
    calls = calls.alias(to_bytes=Collate("to_number", "C"), from_bytes=Collate("from_number", "C"))
    to = Q(to_bytes=number) & ~Q(to_number="")
    return calls.filter(to | Q(from_bytes=number) & ~Q(from_number=""))


def _changeable_call(request: HttpRequest, call_id: UUID) -> Call:
    """The call, if the user may change calls; 403 or 404 otherwise."""
    if not request.user.has_perm("calls.change_call"):
        raise PermissionDenied
    return get_object_or_404(Call, pk=call_id)


def _redirect_to(request: HttpRequest, call: Call, message: str) -> HttpResponse:
    """Back to the detail page, with a message."""
    messages.success(request, message)
    return redirect(reverse("admin:calls_call_change", args=[call.pk]))


def _uuid(text: str | None) -> UUID:
    """The UUID in a URL; the nil UUID, which no row has, for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)
