"""The list of an admin page: counts that stop at a cap, and no order that no index has."""

from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts up to CAP rows; older ones are found by a filter or by their id."""

    CAP = 5_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return int(rows.order_by()[: self.CAP].count())
        return len(rows)


class PlatformChangeList(ChangeList):
    """Sorts by the columns of `sortable_by` only; Django's own obeys any column that the URL names."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        allowed = [str(n) for n, name in enumerate(self.list_display) if name in (self.sortable_by or ())]
        columns = [c for c in str(self.params.get(ORDER_VAR, "")).split(".") if c.lstrip("-") in allowed]
        self.params = {name: value for name, value in self.params.items() if name != ORDER_VAR}
        if columns:
            self.params[ORDER_VAR] = ".".join(columns)
        return super().get_ordering(request, queryset)
