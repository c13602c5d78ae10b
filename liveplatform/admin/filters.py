"""Filters of lists that an index answers, or that look at the newest rows only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from liveplatform.work.models import Work

MAX_FOUND = 1_000
NEWEST = 10_000


class StateFilter(admin.SimpleListFilter):
    """Work that failed, latest first, or that is open: by the partial indexes of Work."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [("failed", "failed"), ("open", "pending or running")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = queryset.order_by()
        match self.value():
            case "failed":
                found = rows.filter(state=Work.State.FAILED).order_by("-settled_at")
            case "open":
                found = rows.filter(state__in=Work.OPEN).order_by("tenant_key", "concurrency_key", "due_at")
            case _:
                return queryset
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True)[:MAX_FOUND]))


class NewestByValueFilter(admin.SimpleListFilter):
    """By a column without an index: among the NEWEST rows, which the primary key finds."""

    values: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(value, value.replace("_", " ")) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        ids = queryset.model._base_manager.order_by("-pk").values_list("pk", flat=True)
        oldest = ids[NEWEST : NEWEST + 1]
        rows = queryset.filter(**{str(self.parameter_name): self.value()})
        return rows.filter(pk__gt=oldest[0]) if oldest else rows
