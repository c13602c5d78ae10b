"""Filters of the call list, each by an index of its own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin.sql import MAX_FOUND, find_calls
from calls.models import Call, Step
from calls.models.end_code import EndCode
from liveplatform.admin.scope import bound_accounts, in_scope

SENTIMENTS = ("positive", "neutral", "negative")


class IndexedFilter(admin.SimpleListFilter):
    """Shows the newest MAX_FOUND calls that match."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        value = self.value()
        if value not in {str(name) for name, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(pk__in=self.find(request, str(value)))

    def find(self, request: HttpRequest, value: str) -> Any:  # noqa: ANN401 - ids, or a subquery of them
        return find_calls(str(self.parameter_name), value, bound_accounts(request))


class AttentionFilter(IndexedFilter):
    """Calls that need attention."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [
            ("open", "live or scheduled"),
            ("billed", "ended here, live at the provider"),
            ("failed", "a step failed"),
            ("end_requested", "end requested, not confirmed"),
        ]

    def find(self, request: HttpRequest, value: str) -> Any:  # noqa: ANN401
        if value == "billed":
            billed = in_scope(Call.still_billed(), "account", request).order_by("-ended_at")
            return list(billed.values_list("pk", flat=True)[:MAX_FOUND])
        if value == "failed":
            failed = in_scope(Step.objects.filter(state=Step.State.FAILED), "call__account", request)
            return list(failed.order_by("-settled_at").values_list("call_id", flat=True)[:MAX_FOUND])
        return find_calls(value, accounts=bound_accounts(request))


class ChannelFilter(IndexedFilter):
    """Video calls; nearly all others are phone calls."""

    title = "channel"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [("video", "video")]

    def find(self, request: HttpRequest, value: str) -> Any:  # noqa: ANN401
        return find_calls("video", accounts=bound_accounts(request))


class EndCodeFilter(IndexedFilter):
    title = "end code"
    parameter_name = "end_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(str(value), str(label)) for value, label in EndCode.choices]


class SentimentFilter(IndexedFilter):
    title = "sentiment"
    parameter_name = "sentiment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(value, value) for value in SENTIMENTS]
