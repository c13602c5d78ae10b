"""The base of every admin page: bounded lists, the user's accounts only, private fields, a record."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import DateTimeField, ForeignKey, Model, ProtectedError, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from liveplatform.admin.audit import changes_of, record, staff_actor
from liveplatform.admin.bulk import account_column
from liveplatform.admin.bulk_pages import BulkPages
from liveplatform.admin.changelist import CappedPaginator, PlatformChangeList
from liveplatform.admin.forms import LabelledDateTime
from liveplatform.admin.permissions import SEE_PRIVATE, may
from liveplatform.admin.scope import bound_accounts, in_scope

__all__ = ["CappedPaginator", "LargeTableAdmin", "ReadOnlyAdmin", "staff_actor", "uuid_or_nil"]

MAX_COUNTED = 100_000
# What Django's filters of a field add to its name in their links.
OFFERED_SUFFIXES = ("", "__exact", "__isnull", "__gte", "__lt", "__id__exact")


class LargeTableAdmin(BulkPages, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Newest first, paged with a capped count, searched by id only, sorted by id only.

    account_path    look-up of a row's account, which decides who may see it; None: superusers and staff
                    that is bound to no account
    private_fields  shown with the permission `see_private` only, in lists and on pages
    secret_fields   fields of the form whose values are never recorded
    id_fields       UUID columns that the search tries in this order; each needs an index
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50
    ordering = ("-pk",)
    sortable_by: ClassVar[Any] = ("id",)
    search_fields: ClassVar[Any] = ("pk",)
    readonly_fields: ClassVar[Any] = ()
    list_display: Any = ("__str__",)
    search_help_text = "An id."
    actions: Any = ()
    id_fields: tuple[str, ...] = ("pk",)
    account_path: str | None = "account"
    private_fields: tuple[str, ...] = ()
    secret_fields: tuple[str, ...] = ()
    formfield_overrides: ClassVar[Any] = {DateTimeField: {"widget": LabelledDateTime}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return in_scope(super().get_queryset(request), self.account_path, request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PlatformChangeList]:  # noqa: ANN401
        return PlatformChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows with this id in the first of `id_fields` that has any."""
        if not search_term:
            return queryset, False
        try:
            id = UUID(search_term.strip().removeprefix("evt_"))
        except ValueError:
            return queryset.none(), False
        for name in self.id_fields:
            rows = queryset.filter(**{name: [id] if name.endswith("__contains") else id})
            if rows.exists():
                return rows, False
        return queryset.none(), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filters that the page offers, and no others: a URL could ask for any column, also a hidden one."""
        offered = {parameter + suffix for parameter in self._filters() for suffix in OFFERED_SUFFIXES}
        if self.date_hierarchy:
            offered |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        return lookup in offered

    def _filters(self) -> list[str]:
        """The parameters of `list_filter`: fields, (field, class of filter), classes of filters."""
        shown = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        return [str(getattr(each, "parameter_name", each)) for each in shown]

    # What is shown.

    def hidden_fields(self, request: HttpRequest) -> set[str]:
        """The private fields, unless the user may see them."""
        return set() if may(request, SEE_PRIVATE) else set(self.private_fields)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        hidden = self.hidden_fields(request)
        return [name for name in super().get_list_display(request) if name not in hidden]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ANN401
        """Without hidden ones; and a row that is not saved yet has none that only the platform writes."""
        fields = list(super().get_fields(request, obj))
        if obj is None:
            return [name for name in fields if name not in self.get_readonly_fields(request, obj)]
        hidden = self.hidden_fields(request)
        return [name for name in fields if name not in hidden]

    def formfield_for_foreignkey(
        self,
        db_field: "ForeignKey[Any, Any]",
        request: HttpRequest,
        **kwargs: Any,  # noqa: ANN401
    ) -> "ModelChoiceField[Any]":
        """Only rows that the user may see can be chosen."""
        model: Any = db_field.related_model
        if self.admin_site.is_registered(model):
            kwargs.setdefault("queryset", self.admin_site.get_model_admin(model).get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[return-value]

    # Who may come here.

    def _has_rows_for(self, request: HttpRequest) -> bool:
        return self.account_path is not None or bound_accounts(request) is None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and self._has_rows_for(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_view_permission(request, obj) and self._has_rows_for(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._has_rows_for(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_change_permission(request, obj) and self._has_rows_for(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_delete_permission(request, obj) and self._has_rows_for(request)

    # What is done is recorded, in its transaction.

    def record(self, request: HttpRequest, verb: str, obj: Any, **detail: Any) -> None:  # noqa: ANN401
        """Record an act on one row of this page."""
        record(
            request,
            verb,
            self.model,
            target=str(obj),
            account_id=self.account_id_of(obj),
            subjects=[obj.pk] if isinstance(obj.pk, UUID) else [],
            detail=detail,
        )

    def account_id_of(self, obj: Any) -> UUID | None:  # noqa: ANN401
        """The account of a row, along `account_path`."""
        for name in account_column(self.account_path).split("__"):
            obj = getattr(obj, name, None) if name else None
        return obj if isinstance(obj, UUID) else None

    def save_related(
        self,
        request: HttpRequest,
        form: "ModelForm[Any]",
        formsets: Any,  # noqa: ANN401
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        changes = changes_of(form, self.secret_fields, is_new=not change)
        inlines = [text for formset in formsets for text in _inline_changes(formset)]
        if changes or inlines or not change:
            detail = {"fields": changes} | ({"related": inlines} if inlines else {})
            self.record(request, "change" if change else "add", form.instance, **detail)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:  # noqa: ANN401
        for obj in queryset:
            self.record(request, "delete", obj)
        return super().log_deletions(request, queryset)

    # Deletion: counts of what goes with a row instead of a list, which could be a million lines.

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:  # noqa: ANN401
        counts: dict[str, int] = {}
        for relation in self.model._meta.related_objects:
            if getattr(relation.on_delete, "__name__", "") == "CASCADE":
                related: Any = relation.related_model
                rows = related._base_manager.filter(**{f"{relation.field.name}__in": objs})
                name = str(related._meta.verbose_name_plural)
                counts[name] = counts.get(name, 0) + rows.order_by()[:MAX_COUNTED].count()
        return [str(obj) for obj in objs], {name: n for name, n in counts.items() if n}, set(), []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError as error:
            messages.error(request, str(error.args[0]))
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return redirect(reverse(name, args=[object_id]))


def uuid_or_nil(text: str | None) -> UUID:
    """The UUID in a URL; the nil UUID, which no row has, for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _inline_changes(formset: Any) -> list[str]:  # noqa: ANN401 - of any inline
    """What was done to rows of an inline."""
    return [
        *(f"added {obj}" for obj in formset.new_objects),
        *(f"changed {obj}" for obj, _ in formset.changed_objects),
        *(f"deleted {obj}" for obj in formset.deleted_objects),
    ]


class ReadOnlyAdmin(LargeTableAdmin):
    """Rows that only the platform writes: no adding, deleting or editing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
