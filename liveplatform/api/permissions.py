"""Scopes: each action declares the scope that it needs; an action without a declaration is denied."""

from collections.abc import Mapping
from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from liveplatform.api.exceptions import MissingScope
from liveplatform.api.principal import Principal


class HasScope(BasePermission):
    """The principal has the scope that the view declares for this action."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope = scope_for(view, request.method or "")
        if scope is None or scope not in cast(Principal, request.user).scopes:
            raise MissingScope(scope)
        return True


def scope_for(view: APIView, method: str) -> str | None:
    """The declared scope: by action in a viewset, else by method (HEAD is a GET). None: denied."""
    declared: Mapping[str, str] = getattr(view, "scopes", {})
    if isinstance(view, ViewSetMixin):
        return declared.get(view.action or "")
    return declared.get("GET" if method == "HEAD" else method)
