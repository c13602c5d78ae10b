"""Admin lists that stay fast at a million rows: no count over the table, no search over big text."""

from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts to CAP and no further; whoever looks for an older row filters, or asks for its id."""

    CAP = 5_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return int(rows.order_by()[: self.CAP].count())
        return len(rows)


class LargeTableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """Newest first, pages without a count, and a search that takes ids only."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("pk",)
    search_help_text = "An id."
    # Columns of UUIDs that the search looks into, each with an index.
    id_fields: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """The rows with this id in one of `id_fields`: the first field that knows it decides."""
        if not search_term:
            return queryset, False
        try:
            wanted = UUID(search_term.strip().removeprefix("evt_"))
        except ValueError:
            return queryset.none(), False
        for name in self.id_fields:
            found = queryset.filter(**{name: wanted})
            if found.exists():
                return found, False
        return queryset.none(), False


class ReadOnlyAdmin(LargeTableAdmin):
    """For rows that people look at, and only the platform writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Their actions ask for the permission to change; their form changes nothing."""
        return obj is None and super().has_change_permission(request, obj)
