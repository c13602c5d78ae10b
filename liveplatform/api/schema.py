"""How the API describes itself: security and scopes of each operation, for drf-spectacular."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from liveplatform.api.idempotency import HEADER, METHODS
from liveplatform.api.scopes import scope_for

KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again: the same answer, and no second effect. Kept for 24 hours.",
)


class PlatformSchema(AutoSchema):
    """Adds what PlatformView does: the scope an operation needs, and Idempotency-Key."""

    def get_override_parameters(self) -> list[Any]:
        return [KEY] if self.method in METHODS else []

    def get_description(self) -> str:  # type: ignore[override]
        scope = scope_for(self.view, self.method)
        needs = f"Needs the scope `{scope}`." if scope else ""
        return "\n\n".join(part for part in (super().get_description(), needs) if part)

    def get_auth(self) -> list[dict[str, list[str]]]:
        scope = scope_for(self.view, self.method)
        return [{name: [scope] if scope else []} for name in SCHEMES]

    def get_operation_id(self) -> str:
        """A view served under two prefixes names its operation, and the second gets a suffix."""
        named = getattr(self.view, "operation", "")
        if named:
            return f"{named}_v1" if self.path.startswith("/v1/") else str(named)
        return str(super().get_operation_id())


SCHEMES: dict[str, dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`lp_…`), or a JWT of an issuer that the account has registered.",
    },
    "authToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Auth-Token",
        "description": "The same API key, as Vobiz's and Plivo's clients send it (with X-Auth-ID).",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "Any user name, the API key as password."},
}


class AuthenticationSchemes(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The three ways to send a key."""

    target_class = "liveplatform.api.authentication.PlatformAuthentication"
    name = list(SCHEMES)

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return list(SCHEMES.values())
