"""The pages of acts on many rows, for an admin page with `bulk_actions`."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from liveplatform.admin.audit import record, staff_actor
from liveplatform.admin.bulk import BulkAction, ChosenRows, choose, parse_ids
from liveplatform.admin.confirm import Confirmation, confirmation_page, is_confirmed, secrets_page
from liveplatform.admin.permissions import may


class BulkPages(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Lists whose acts ask first, and then act on exactly the rows that the page counted."""

    bulk_actions: Sequence[BulkAction] = ()
    account_path: str | None = "account"
    subject_field: str = ""  # look-up of the id of the call that a row is about

    def get_actions(self, request: HttpRequest) -> Any:  # noqa: ANN401 - of functions, names and labels
        """Those that the user may do. Deleting is done row by row, on a row's own page."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        own = {
            action.name: (partial(_choose, name=action.name), action.name, action.label)
            for action in self.bulk_actions
            if may(request, action.permission)
        }
        return {**actions, **own}

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act_view)
        return [path("act/<slug:name>/", act, name=self._url_name("act")), *super().get_urls()]

    def confirm_rows(self, request: HttpRequest, name: str, queryset: QuerySet[Any]) -> HttpResponse:
        """The page that asks, about the first rows of a queryset of this page's model."""
        action = self._action(request, name)
        rows = self._choose_rows(queryset)
        if not len(rows):
            messages.warning(request, "There is nothing to do it to.")
            return redirect(self._list_url())
        if len(rows) > action.max_rows:
            messages.error(request, f"At most {action.max_rows} rows at a time.")
            return redirect(self._list_url())
        return confirmation_page(request, self.admin_site, self._confirmation(action, rows))

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """POST with the ids of the page that asked: acts on them, if the answer is right."""
        action = self._action(request, name)
        try:
            ids = parse_ids(request.POST.get("ids", ""))
        except ValidationError as error:
            raise Http404(error.messages[0]) from error
        rows = self._choose_rows(self.get_queryset(request).filter(pk__in=ids).order_by("-pk"))
        if not len(rows) or len(rows) > action.max_rows:
            messages.warning(request, "There is nothing to do it to.")
            return redirect(self._list_url())
        asked = self._confirmation(action, rows)
        if not is_confirmed(request, asked.rows):
            return confirmation_page(request, self.admin_site, asked)
        return self._act(request, action, rows)

    def _act(self, request: HttpRequest, action: BulkAction, rows: ChosenRows) -> HttpResponse:
        """Do it, an operation per account; each is recorded."""
        shown: list[tuple[str, str]] = []
        begun: list[Model] = []
        for account_id in rows.by_account:
            own = rows.of_account(account_id)
            if action.reveal:
                shown += action.reveal(own.ids, staff_actor(request))
                self._record(request, action, own, account_id, {})
            else:
                operation = action.begin(self.model, account_id, own.ids, staff_actor(request))
                begun.append(operation)
                self._record(request, action, own, account_id, {"operation": str(operation.pk)})
        if action.reveal:
            return secrets_page(request, self.admin_site, action.label, shown, self._list_url())
        messages.success(request, _told(action, begun))
        return redirect(self._list_url())

    def _record(
        self,
        request: HttpRequest,
        action: BulkAction,
        rows: ChosenRows,
        account_id: UUID | None,
        detail: dict[str, Any],
    ) -> None:
        one = self.model._base_manager.filter(pk=rows.ids[0]).first() if len(rows) == 1 else None
        target = str(one) if one else f"{len(rows)} {self.opts.verbose_name_plural}"
        record(
            request,
            action.label,
            self.model,
            target=target,
            account_id=account_id,
            subjects=rows.subjects,
            rows=len(rows),
            detail=detail,
        )

    def _confirmation(self, action: BulkAction, rows: ChosenRows) -> Confirmation:
        touched = action.weigh(rows.ids) if action.weigh else len(rows)
        name = self.opts.verbose_name if len(rows) == 1 else self.opts.verbose_name_plural
        return Confirmation(
            title=f"{action.label}: {len(rows):,} {name}",
            consequence=action.consequence,
            button=f"{action.label} ({len(rows):,})",
            back=self._list_url(),
            rows=max(touched, len(rows)),
            facts=rows.facts,
            hidden={"ids": ",".join(str(pk) for pk in rows.ids)},
            url=reverse(f"admin:{self._url_name('act')}", args=[action.name]),
        )

    def _action(self, request: HttpRequest, name: str) -> BulkAction:
        """Raises Http404, or PermissionDenied if the user may not do it."""
        found = [action for action in self.bulk_actions if action.name == name]
        if not found:
            raise Http404(name)
        if not (may(request, found[0].permission) and self.has_view_permission(request)):
            raise PermissionDenied
        return found[0]

    def _choose_rows(self, queryset: QuerySet[Any]) -> ChosenRows:
        kinds = {action.kind for action in self.bulk_actions if action.kind}
        return choose(queryset, self.account_path, min(kinds, default=""), self.subject_field)

    def _url_name(self, suffix: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{suffix}"

    def _list_url(self) -> str:
        return reverse(f"admin:{self._url_name('changelist')}")


def _choose(
    page: BulkPages, request: HttpRequest, queryset: QuerySet[Any], *, name: str
) -> HttpResponse | None:
    """The action of the list: nothing is done yet."""
    return page.confirm_rows(request, name, queryset)


def _told(action: BulkAction, begun: Sequence[Model]) -> str:
    """What is told after the act, with a link to the operations if they go on."""
    url = reverse(f"admin:{begun[0]._meta.app_label}_{begun[0]._meta.model_name}_changelist")
    changed = [getattr(operation, "changed", None) for operation in begun]
    if all(getattr(operation, "state", "") == "done" for operation in begun):
        return f"{action.label}: {sum(n or 0 for n in changed)} changed."
    return format_html('{}: {} operations begun, <a href="{}">watch them</a>.', action.label, len(begun), url)
