"""What a request may do: each operation declares its scope, and what declares none is denied."""

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from liveplatform.api.exceptions import MissingScope
from liveplatform.api.principal import Principal

if TYPE_CHECKING:
    from liveplatform.api.viewsets import PlatformView


class HasScope(BasePermission):
    """The principal has the scope that the view declares for this method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = scope_for(view, request.method or "")
        if wanted is None or wanted not in cast(Principal, request.user).scopes:
            raise MissingScope(wanted)
        return True


def scope_for(view: "PlatformView | APIView", method: str) -> str | None:
    """The declared scope; HEAD is a GET. None: nobody may."""
    declared: dict[str, str] = getattr(view, "scopes", {})
    return declared.get("GET" if method == "HEAD" else method)
