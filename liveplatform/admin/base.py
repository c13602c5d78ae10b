"""Admin pages that stay fast at a million rows: bounded counts, and search by indexed ids only."""

from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property


def staff_actor(request: HttpRequest) -> str:
    """The actor of what is done in the admin: "staff:" and the user's name, 80 characters at most."""
    return f"staff:{request.user.get_username()}"[:80]


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts up to CAP rows; older ones are found by a filter or by their id."""

    CAP = 5_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return int(rows.order_by()[: self.CAP].count())
        return len(rows)


class LargeTableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """Newest first, paged with a capped count, searched by id only."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("pk",)
    search_help_text = "An id."
    # UUID columns that the search tries in this order; each needs an index.
    id_fields: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """The rows with this id in the first of `id_fields` that has any."""
        if not search_term:
            return queryset, False
        try:
            id = UUID(search_term.strip().removeprefix("evt_"))
        except ValueError:
            return queryset.none(), False
        for name in self.id_fields:
            rows = queryset.filter(**{name: id})
            if rows.exists():
                return rows, False
        return queryset.none(), False


class ReadOnlyAdmin(LargeTableAdmin):
    """Rows that only the platform writes: no adding, deleting or editing; actions need `change`."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only without an object: that is what the actions of the list ask for."""
        return obj is None and super().has_change_permission(request, obj)
