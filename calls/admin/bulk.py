"""The admin of bulk ends: operations and their progress, auto-end rules, an account's emergency stop."""

import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from calls.admin.forms import AutoEndRuleForm
from calls.bulk.auto_end_rules import matching_calls
from calls.bulk.operations import cancel, count_live, set_enabled, start_operation
from calls.filters import CallFilter, InvalidFilter
from calls.models import AutoEndRule, Operation
from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.admin.audit import record, staff_actor
from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.confirm import TYPE_ABOVE, Confirmation, confirmation_page, is_confirmed
from liveplatform.admin.filters import StateFilter
from liveplatform.admin.permissions import EMERGENCY_STOP, END_MANY_CALLS, may


def _cancel(ids: Sequence[UUID], actor: str) -> int:
    return sum(cancel(operation) for operation in Operation.objects.filter(pk__in=ids))


def _set_enabled(ids: Sequence[UUID], *, enabled: bool) -> int:
    rules = [rule for rule in AutoEndRule.objects.filter(pk__in=ids) if rule.is_enabled != enabled]
    for rule in rules:
        set_enabled(rule, enabled=enabled)
    return len(rules)


def _matching(ids: Sequence[UUID]) -> int:
    """How many calls these rules would end now."""
    count = 0
    for rule in AutoEndRule.objects.filter(pk__in=ids):
        with contextlib.suppress(InvalidFilter):  # a name of the metadata that was withdrawn
            count += matching_calls(rule).count()
    return count


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Operations with their counts, as of the moment of loading."""

    list_display = (
        *("created_at", "account", "code", "state", "ended", "already_ended", "unknown_ids"),
        *("requested_by", "settled_at"),
    )
    list_filter = (StateFilter,)
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an operation or an account."
    sortable_by = ()
    fields = (
        *("id", "account", "state", "filter", "reason", "code", "requested_by", "ended"),
        *("already_ended", "unknown_ids", "created_at", "settled_at", "error"),
    )
    readonly_fields = fields
    private_fields = ("filter", "reason")
    bulk_actions = (
        BulkAction(
            name="cancel",
            label="Cancel",
            permission=END_MANY_CALLS,
            consequence="They stop before their next calls; calls that they ended stay ended.",
            kind="state",
            apply=_cancel,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        stop = self.admin_site.admin_view(self.stop_view)
        own = [path("stop/<uuid:account_id>/", stop, name="calls_operation_stop")]
        return own + super().get_urls()

    def stop_view(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """The emergency stop: GET asks, POST ends every live call of the account."""
        account = self._account(request, account_id)
        live = count_live(account.pk, CallFilter())
        counted = _counted(request, live)
        if not is_confirmed(request, counted):
            asked = _stop_confirmation(account, live)
            return confirmation_page(request, self.admin_site, asked)
        reason = request.POST.get("reason", "")[:500] or "Emergency stop"
        code, actor = EndCode.EMERGENCY_STOP, staff_actor(request)
        operation = start_operation(account.pk, CallFilter(), reason=reason, code=code, actor=actor)
        detail = {"operation": str(operation.pk), "reason": reason}
        subjects = [account.pk, operation.pk]
        record(
            request,
            "emergency stop",
            Account,
            target=str(account),
            account_id=account.pk,
            subjects=subjects,
            rows=live,
            detail=detail,
        )
        self.message_user(request, f"The emergency stop of {account} has begun.")
        return redirect(reverse("admin:calls_operation_changelist"))

    def _account(self, request: HttpRequest, account_id: UUID) -> Account:
        """Raises PermissionDenied or Http404."""
        if not may(request, EMERGENCY_STOP):
            raise PermissionDenied
        accounts: Any = self.admin_site.get_model_admin(Account)
        account = accounts.get_queryset(request).filter(pk=account_id).first()
        if not isinstance(account, Account):
            raise Http404(str(account_id))
        return account


def _counted(request: HttpRequest, live: int) -> int:
    """The count of the page that asked, for calls come and go meanwhile; never below what must be typed."""
    counted = 0
    with contextlib.suppress(ValueError):
        counted = int(request.POST.get("counted", ""))
    return counted if counted > TYPE_ABOVE or live <= TYPE_ABOVE else live


def _stop_confirmation(account: Account, live: int) -> Confirmation:
    return Confirmation(
        title=f"Emergency stop of {account}",
        consequence=f"{live:,} calls are live. Every one of them is ended, here and at its provider.",
        button=f"End all {live:,} calls",
        back=reverse("admin:accounts_account_change", args=[account.pk]),
        rows=live,
        facts=[("Account", account.name), ("Live calls", f"{live:,}")],
        hidden={"counted": str(live)},
        asks_reason=True,
    )


@admin.register(AutoEndRule)
class AutoEndRuleAdmin(LargeTableAdmin):
    """Auto-end rules. A new or changed one is off until "Enable" was confirmed."""

    form = AutoEndRuleForm
    list_display = ("name", "account", "min_age", "state", "ended", "last_ended_at", "error")
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a rule or an account."
    sortable_by = ()
    private_fields = ("filter",)
    bulk_actions = (
        BulkAction(
            name="enable",
            label="Enable",
            permission=END_MANY_CALLS,
            consequence="From now on they end every live call that matches.",
            kind="state",
            apply=lambda ids, actor: _set_enabled(ids, enabled=True),
            weigh=_matching,
        ),
        BulkAction(
            name="disable",
            label="Disable",
            permission=END_MANY_CALLS,
            consequence="They end no more calls.",
            kind="state",
            apply=lambda ids, actor: _set_enabled(ids, enabled=False),
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and may(request, END_MANY_CALLS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_change_permission(request, obj) and may(request, END_MANY_CALLS)

    def save_model(self, request: HttpRequest, obj: AutoEndRule, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001
        before = AutoEndRule.objects.filter(pk=obj.pk).values_list("filter", "min_age").first()
        obj.tenant_key = obj.concurrency_key = obj.account_id
        super().save_model(request, obj, form, change)
        if before != (obj.filter, obj.min_age):
            obj.refresh_from_db()
            set_enabled(obj, enabled=False)
            self.message_user(request, "The rule is off. Enable it in the list, which asks with its calls.")
