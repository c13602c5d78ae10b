"""Which accounts a member of staff works for: those that the user's groups are bound to, else all."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from liveplatform.admin.models import GroupAccount


def bound_accounts(request: HttpRequest) -> frozenset[UUID] | None:
    """The accounts that the user is bound to; None: all. Superusers are never bound."""
    user: Any = request.user
    if user.is_superuser:
        return None
    known: frozenset[UUID] | None = getattr(user, "_bound_accounts", None)
    if known is None:
        bindings = GroupAccount.objects.filter(group__user=user.pk)
        known = frozenset(bindings.values_list("account_id", flat=True))
        user._bound_accounts = known  # of this request: the user is loaded anew by the next one
    return known or None


def in_scope(rows: QuerySet[Model], account_path: str | None, request: HttpRequest) -> QuerySet[Model]:
    """The rows that the user may see. `account_path`: the look-up of a row's account; None: it has none."""
    accounts = bound_accounts(request)
    if accounts is None:
        return rows
    return rows.filter(**{f"{account_path}__in": accounts}) if account_path else rows.none()
