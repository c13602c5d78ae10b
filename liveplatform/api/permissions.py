"""Scopes: each action declares the scope that it needs; an action without a declaration is denied."""

from collections.abc import Mapping
from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from liveplatform.api.exceptions import MissingScope, NotForEndUsers
from liveplatform.api.principal import Principal


class HasScope(BasePermission):
    """The principal has the scope that the view declares for the action; end users, if it is open to them."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope, principal = scope_for(view), cast(Principal, request.user)
        if scope is None or scope not in principal.scopes:
            raise MissingScope(scope)
        if principal.is_end_user and not getattr(view, "is_open_to_end_users", False):
            raise NotForEndUsers
        return True


def scope_for(view: APIView) -> str | None:
    """The scope declared for the action of the request; None: the action is denied."""
    scopes: Mapping[str, str] = getattr(view, "scopes", {})
    return scopes.get(getattr(view, "action_name", ""))
