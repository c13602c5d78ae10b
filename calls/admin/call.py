"""The admin of calls: the list, its search and its acts on many calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from calls.admin.call_acts import CallActs
from calls.admin.detail import detail_context
from calls.admin.filters import AttentionFilter, ChannelFilter, EndCodeFilter, SentimentFilter
from calls.admin.forms import NotesForm
from calls.admin.sql import find_calls
from calls.bulk.operations import by_ids, start_operation
from calls.models import Call, Operation, Step
from calls.models.end_code import EndCode
from liveplatform.admin.base import ReadOnlyAdmin, uuid_or_nil
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.permissions import END_MANY_CALLS, RUN_AGAIN, SEE_PRIVATE, may
from liveplatform.admin.privacy import hide_numbers, mask_number
from liveplatform.admin.scope import bound_accounts

MIN_PREFIX = 4  # characters of a number that is searched by its beginning


def _end(account_id: UUID, ids: Sequence[UUID], actor: str) -> Operation:
    code = EndCode.ENDED_BY_STAFF
    return start_operation(account_id, by_ids(ids), reason="Ended by staff", code=code, actor=actor)


@admin.register(Call)
class CallAdmin(CallActs, ReadOnlyAdmin):
    """Lists are narrowed by indexes only; the detail page shows everything on record."""

    list_display = (
        *("created", "account", "parties", "hidden_parties", "state", "length", "price"),
        *("end_reason", "sentiment"),
    )
    list_display_links = ("created",)
    list_filter = (AttentionFilter, EndCodeFilter, SentimentFilter, ChannelFilter)
    list_select_related = ("account",)
    ordering = ("-id",)  # UUIDv7: the order of creation
    sortable_by = ("created",)
    search_help_text = "The id of a call or an account, the provider's id of a call, or a number: +1415…"
    id_fields = ("pk", "account")
    private_fields = ("parties",)
    actions = ("analyse_again",)
    bulk_actions = (
        BulkAction(
            name="end_calls",
            label="End these calls",
            permission=END_MANY_CALLS,
            consequence="Those that are live or scheduled are ended, here and at their provider.",
            kind="status",
            start=_end,
        ),
    )
    change_form_template = "admin/calls/call/detail.html"

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = super().get_list_display(request)
        return [name for name in shown if name != "hidden_parties" or "parties" not in shown]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the long columns: the list shows none, and the detail page loads its call itself."""
        return super().get_queryset(request).defer("metadata", "dynamic_variables", "notes", "feedback")

    @admin.display(description="created (UTC)", ordering="id")
    def created(self, call: Call) -> datetime | str:
        return f"{call.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="from → to")
    def parties(self, call: Call) -> str:
        if call.channel == Call.Channel.VIDEO:
            return call.title or "video"
        return f"{call.from_number or '–'} → {call.to_number or '–'}"

    @admin.display(description="from → to")
    def hidden_parties(self, call: Call) -> str:
        if call.channel == Call.Channel.VIDEO:
            return "video"
        return f"{mask_number(call.from_number) or '–'} → {mask_number(call.to_number) or '–'}"

    @admin.display(description="status")
    def state(self, call: Call) -> str:
        test = " (test)" if call.is_test else ""
        return f"{call.status}{test}{', still billed?' if call.may_still_be_billed else ''}"

    @admin.display(description="duration")
    def length(self, call: Call) -> str:
        if call.duration is None:
            return "–"
        minutes, seconds = divmod(call.duration, 60)
        return f"{minutes}:{seconds:02}"

    @admin.display(description="cost")
    def price(self, call: Call) -> str:
        return "–" if call.cost is None else f"{call.cost.normalize():f} {call.price_unit}".strip()

    @admin.display(description="end")
    def end_reason(self, call: Call) -> str:
        return hide_numbers(call.disconnect_reason)[:60] or call.end_code or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By index only: ids, the provider's id of a call, or a phone number or its beginning."""
        term = search_term.strip()
        if term.startswith("CA"):
            found = Q(provider_call_id=term) & ~Q(provider_call_id="")
            return queryset.filter(found), False
        if term.startswith("+"):
            return queryset.filter(pk__in=self._by_number(request, term)), False
        return super().get_search_results(request, queryset, search_term)

    def _by_number(self, request: HttpRequest, number: str) -> list[UUID]:
        """Calls to or from a number, else with a number that begins so; none for who may not see numbers."""
        if not may(request, SEE_PRIVATE) or len(number) < MIN_PREFIX:
            return []
        accounts = bound_accounts(request)
        for kind in ("number", "prefix"):
            ids = [*find_calls(f"to_{kind}", number, accounts), *find_calls(f"from_{kind}", number, accounts)]
            if ids:
                return ids
        return []

    @admin.action(description="Run the analysis again")
    def analyse_again(self, request: HttpRequest, calls: QuerySet[Call]) -> HttpResponse:
        """Asks on the page of steps, about those of these calls."""
        ids = list(calls.values_list("pk", flat=True)[: self.bulk_actions[0].max_rows])
        steps = Step.objects.filter(call__in=ids, kind=Step.Kind.ANALYSE).exclude(state__in=Step.OPEN)
        page: Any = self.admin_site.get_model_admin(Step)
        answer: HttpResponse = page.confirm_rows(request, "run_again", steps.order_by("-pk"))
        return answer

    def get_actions(self, request: HttpRequest) -> Any:  # noqa: ANN401
        actions = super().get_actions(request)
        if not may(request, RUN_AGAIN):
            actions.pop("analyse_again", None)
        return actions

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The detail page: Django's change form under templates/admin/calls/call/detail.html."""
        calls = self.get_queryset(request).defer(None)
        call = calls.select_related("account", "connection").filter(pk=uuid_or_nil(object_id)).first()
        context = detail_context(request, call) if call else {}
        context["notes_form"] = NotesForm.for_call(call) if call else None
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        return [*self.act_urls(), *super().get_urls()]
