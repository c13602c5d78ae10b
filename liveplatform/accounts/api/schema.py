"""Security schemes of the OpenAPI document. Importing this module registers them with drf-spectacular."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from liveplatform.accounts.authentication import PlatformAuthentication

SCHEMES: dict[str, dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`lp_…`), or a JWT of an issuer registered by the account.",
    },
    "authToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Auth-Token",
        "description": "The API key in the header of Vobiz's and Plivo's clients (with X-Auth-ID).",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "Any user name, the API key as password."},
}


class PlatformAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes PlatformAuthentication in the OpenAPI document: any one of SCHEMES, and its scope."""

    target_class = PlatformAuthentication
    name = list(SCHEMES)

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return list(SCHEMES.values())

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        """Any one of the schemes. Scopes stand in `x-required-scope`: only OAuth's schemes can list them."""
        return [{name: []} for name in SCHEMES]
