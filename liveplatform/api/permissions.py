"""Scopes: each action declares the scope that it needs; an action without a declaration is denied."""

from collections.abc import Mapping
from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from liveplatform.api.exceptions import MissingScope
from liveplatform.api.principal import Principal


class HasScope(BasePermission):
    """The principal has the scope that the view declares for the action."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope = scope_for(view)
        if scope is None or scope not in cast(Principal, request.user).scopes:
            raise MissingScope(scope)
        return True


def scope_for(view: APIView) -> str | None:
    """The scope declared for the action of the request; None: the action is denied."""
    scopes: Mapping[str, str] = getattr(view, "scopes", {})
    return scopes.get(getattr(view, "action_name", ""))
