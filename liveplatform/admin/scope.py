"""Which accounts a member of staff works for: those of the user's confined groups, else all."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from liveplatform.admin.models import ConfinedGroup, GroupAccount


def bound_accounts(request: HttpRequest) -> frozenset[UUID] | None:
    """The accounts that the user is bound to, which may be none at all; None: not bound.

    One confined group is enough to bind its members. Superusers are never bound.
    """
    user: Any = request.user
    if user.is_superuser:
        return None
    if not hasattr(user, "_bound_accounts"):
        # of this request: the user is loaded anew by the next one
        user._bound_accounts = _bound_accounts(user.pk)
    bound: frozenset[UUID] | None = user._bound_accounts
    return bound


def _bound_accounts(user_id: int) -> frozenset[UUID] | None:
    bindings = GroupAccount.objects.filter(group__user=user_id)
    accounts = frozenset(bindings.values_list("account_id", flat=True))
    is_confined = accounts or ConfinedGroup.objects.filter(group__user=user_id).exists()
    return accounts if is_confined else None


def in_scope(rows: QuerySet[Model], account_path: str | None, request: HttpRequest) -> QuerySet[Model]:
    """The rows that the user may see. `account_path`: the look-up of a row's account; None: it has none."""
    accounts = bound_accounts(request)
    if accounts is None:
        return rows
    return rows.filter(**{f"{account_path}__in": accounts}) if account_path else rows.none()
