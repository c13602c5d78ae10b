"""How the API describes itself: security and scopes of each operation, for drf-spectacular."""

from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from liveplatform.api.exceptions import problems
from liveplatform.api.idempotency import HEADER, METHODS
from liveplatform.api.parsers import JSONParser
from liveplatform.api.permissions import scope_for

if TYPE_CHECKING:
    from liveplatform.api.viewsets import PlatformView

KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again: the same answer, and no second effect. Kept for 24 hours.",
)


class PlatformSchema(AutoSchema):
    """Adds what PlatformView does: the scope an operation needs, Idempotency-Key, and what it may answer."""

    def get_override_parameters(self) -> list[Any]:
        return [KEY] if self.method in METHODS and getattr(self.view, "keyed", False) else []

    def get_description(self) -> str:  # type: ignore[override]
        scope = scope_for(self.view, self.method)
        needs = f"Needs the scope `{scope}`." if scope else ""
        return "\n\n".join(part for part in (super().get_description(), needs) if part)

    def get_auth(self) -> list[dict[str, list[str]]]:
        super().get_auth()  # which registers the schemes that are referred to here
        scope = scope_for(self.view, self.method)
        return [{name: [scope] if scope else []} for name in SCHEMES]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:  # noqa: ANN401
        """What the operation declares, and the errors that every operation of its kind may answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation:
            answers, view = operation["responses"], cast("PlatformView", self.view)
            may = self._may_answer(view, set(operation.get("requestBody", {}).get("content", {})))
            for status, shape in problems(view.surface, *may).items():
                if status in may and str(status) not in answers:
                    answers[str(status)] = self._get_response_for_code(shape, str(status))  # type: ignore[no-untyped-call]
            operation["responses"] = dict(sorted(answers.items()))
        return operation

    def _may_answer(self, view: "PlatformView", sent: set[str]) -> set[int]:
        keyed = view.keyed and self.method in METHODS
        json_only = sent == {JSONParser.media_type}
        may = {
            400: True,
            409: keyed,
            413: bool(sent) or keyed,
            415: json_only,
            422: keyed,
            429: view.rate_limited,
        }
        return {status for status, is_so in may.items() if is_so}

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

    target_class = "liveplatform.accounts.authentication.PlatformAuthentication"
    name = list(SCHEMES)

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return list(SCHEMES.values())
