"""Filters of the call list; an index answers each."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from calls.models import Call, Step


class AttentionFilter(admin.SimpleListFilter):
    """Calls that need attention."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [
            ("live", "live"),
            ("billed", "ended here, live at the provider"),
            ("failed", "a step failed"),
            ("end_requested", "end requested, not confirmed"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        match self.value():
            case "live":
                return queryset.filter(ended_at=None)
            case "billed":
                return queryset.filter(ended_at__isnull=False, provider_state=Call.ProviderState.LIVE)
            case "failed":
                failed = Step.objects.filter(call=OuterRef("pk"), state=Step.State.FAILED)
                return queryset.filter(Exists(failed))
            case "end_requested":
                return queryset.filter(ended_at=None, end_requested_at__isnull=False)
            case _:
                return queryset
