"""The admin of bulk ends: operations and their progress, auto-end rules, an account's emergency stop."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from calls.admin.forms import AutoEndRuleForm
from calls.bulk.operations import cancel, count_live, set_enabled, start_operation
from calls.filters import CallFilter
from calls.models import AutoEndRule, Operation
from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin, staff_actor


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Operations with their counts, as of the moment of loading."""

    list_display = (
        *("id", "account", "state", "ended", "already_ended", "unknown_ids", "requested_by"),
        *("created_at", "settled_at"),
    )
    list_filter = ("state",)
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an operation or an account."
    actions = ("cancel",)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, operations: QuerySet[Operation]) -> None:
        cancelled = sum(cancel(operation) for operation in operations)
        self.message_user(request, f"{cancelled} operations cancelled; calls that they ended stay ended.")

    def get_urls(self) -> list[URLPattern]:
        stop = self.admin_site.admin_view(self.stop_view)
        own = [path("stop/<uuid:account_id>/", stop, name="calls_operation_stop")]
        return own + super().get_urls()

    def stop_view(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """The emergency stop: GET asks for confirmation, POST ends every live call of the account."""
        if not request.user.has_perm("calls.change_call"):
            raise PermissionDenied
        account = get_object_or_404(Account, pk=account_id)
        if request.method == "POST":
            reason = request.POST.get("reason", "")[:500] or "Emergency stop"
            code, actor = EndCode.EMERGENCY_STOP, staff_actor(request)
            start_operation(account.pk, CallFilter(), reason=reason, code=code, actor=actor)
            self.message_user(request, f"The emergency stop of {account} has begun.")
            return redirect(reverse("admin:calls_operation_changelist"))
        live = count_live(account.pk, CallFilter())
        context = self.admin_site.each_context(request) | {"account": account, "live": live}
        return TemplateResponse(request, "admin/calls/operation/stop.html", context)


@admin.register(AutoEndRule)
class AutoEndRuleAdmin(LargeTableAdmin):
    """Auto-end rules. A new one is enabled at once; POST /v1/calls/rules/{id}/dry-run counts its calls."""

    form = AutoEndRuleForm
    list_display = ("name", "account", "min_age", "state", "ended", "last_ended_at", "error")
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a rule or an account."
    actions = ("enable", "disable")

    def save_model(self, request: HttpRequest, obj: AutoEndRule, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001
        obj.tenant_key = obj.concurrency_key = obj.account_id
        super().save_model(request, obj, form, change)

    @admin.action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, rules: QuerySet[AutoEndRule]) -> None:
        for rule in rules:
            set_enabled(rule, enabled=True)

    @admin.action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, rules: QuerySet[AutoEndRule]) -> None:
        for rule in rules:
            set_enabled(rule, enabled=False)
