"""Ending many in the admin: operations and how far they are, rules, and the emergency stop of an account."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from calls.bulk import operations as many
from calls.bulk.validators import non_empty_filter, single_line
from calls.filters import CallFilter, InvalidFilter
from calls.models import AutoEndRule, Operation
from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Operations that end many calls; reload to see how far they are."""

    list_display = (
        "id",
        "account",
        "state",
        "ended",
        "already_ended",
        "unknown_ids",
        "requested_by",
        "created_at",
        "settled_at",
    )
    list_filter = ("state",)
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an operation or an account."
    actions = ("cancel",)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, operations: QuerySet[Operation]) -> None:
        stopped = sum(many.cancel(operation) for operation in operations)
        self.message_user(request, f"{stopped} operations cancelled; what they ended stays ended.")

    def get_urls(self) -> list[URLPattern]:
        stop = self.admin_site.admin_view(self.stop_view)
        own = [path("stop/<uuid:account_id>/", stop, name="calls_operation_stop")]
        return own + super().get_urls()

    def stop_view(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """The emergency stop: asks first, then ends every live call of the account."""
        if not request.user.has_perm("calls.change_call"):
            raise PermissionDenied
        account = get_object_or_404(Account, pk=account_id)
        if request.method == "POST":
            by = f"staff:{request.user.get_username()}"[:80]
            reason = request.POST.get("reason", "")[:500] or "Emergency stop"
            many.start_operation(account.pk, CallFilter(), reason=reason, code=EndCode.EMERGENCY_STOP, by=by)
            self.message_user(request, f"The emergency stop of {account} has begun.")
            return redirect(reverse("admin:calls_operation_changelist"))
        live = many.count_live(account.pk, CallFilter())
        context = self.admin_site.each_context(request) | {"account": account, "live": live}
        return TemplateResponse(request, "admin/calls/operation/stop.html", context)


class AutoEndRuleForm(ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Refuses a filter that cannot be understood or leaves nothing out, and a name of several lines."""

    class Meta:
        model = AutoEndRule
        fields = ("account", "name", "filter", "min_age", "reason", "code")

    def clean_name(self) -> str:
        single_line(self.cleaned_data["name"])
        return str(self.cleaned_data["name"])

    def clean_filter(self) -> Any:  # noqa: ANN401 - JSON
        try:
            return non_empty_filter(self.cleaned_data["filter"] or {}).to_json()
        except InvalidFilter as error:
            raise ValidationError(str(error)) from error


@admin.register(AutoEndRule)
class AutoEndRuleAdmin(LargeTableAdmin):
    """Quality control. A new rule is enabled at once; look at `would end` on its API's dry run before."""

    form = AutoEndRuleForm
    list_display = ("name", "account", "min_age", "state", "ended", "last_ended_at", "error")
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a rule or an account."
    actions = ("enable", "disable")

    def save_model(self, request: HttpRequest, obj: AutoEndRule, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001
        obj.concurrency_key = obj.account_id
        super().save_model(request, obj, form, change)

    @admin.action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, rules: QuerySet[AutoEndRule]) -> None:
        for rule in rules:
            many.set_enabled(rule, on=True)

    @admin.action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, rules: QuerySet[AutoEndRule]) -> None:
        for rule in rules:
            many.set_enabled(rule, on=False)
