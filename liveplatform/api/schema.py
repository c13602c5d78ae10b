"""How the API describes itself: security and scopes of each operation, for drf-spectacular."""

from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import OpenApiParameter

from liveplatform.api.exceptions import error_responses
from liveplatform.api.idempotency import HEADER, METHODS
from liveplatform.api.pagination import KeysetPagination, page_parameters
from liveplatform.api.parsers import JSONParser
from liveplatform.api.permissions import scope_for
from liveplatform.api.surfaces import surfaces
from liveplatform.api.viewsets import PlatformView, PlatformViewSet

STANDARD_ACTIONS = ("list", "create", "retrieve", "update", "partial_update", "destroy")

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again: the same answer, and no second effect. Kept for 24 hours.",
)


class PlatformSchema(AutoSchema):
    """Adds what the view does: the scope an operation needs, Idempotency-Key, and what it may answer."""

    def get_override_parameters(self) -> list[Any]:
        keyed = self.method in METHODS and getattr(self.view, "idempotent", False)
        paged = getattr(self.view, "action", None) == "list" and issubclass(
            getattr(self.view, "pagination_class", None) or object, KeysetPagination
        )
        return [*([IDEMPOTENCY_KEY] if keyed else []), *(page_parameters() if paged else [])]

    def get_tags(self) -> list[str]:
        return getattr(self.view, "tags", None) or super().get_tags()

    def get_description(self) -> str:  # type: ignore[override]
        """What the operation declares; the docstring of a viewset is not about one operation."""
        scope = scope_for(self.view, self.method)
        needs = f"Needs the scope `{scope}`." if scope else ""
        said = "" if isinstance(self.view, PlatformViewSet) else super().get_description()
        return "\n\n".join(part for part in (said, needs) if part)

    def get_response_serializers(self) -> Any:  # noqa: ANN401 - a serializer or its class
        view = self.view
        if isinstance(view, PlatformViewSet) and view.action == "list":
            return view.list_serializer_class
        return super().get_response_serializers()

    def get_auth(self) -> list[dict[str, list[str]]]:
        super().get_auth()  # which registers the schemes that are referred to here
        scope = scope_for(self.view, self.method)
        return [{name: [scope] if scope else []} for name in SCHEMES]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:  # noqa: ANN401
        """What the operation declares, and the errors that every operation of its kind may answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation:
            answers, view = operation["responses"], cast(PlatformView, self.view)
            may = self._possible_errors(view, set(operation.get("requestBody", {}).get("content", {})))
            for status, shape in error_responses(view.current_surface(), *may).items():
                if status in may and str(status) not in answers:
                    answers[str(status)] = self._get_response_for_code(shape, str(status))  # type: ignore[no-untyped-call]
            operation["responses"] = dict(sorted(answers.items()))
        return operation

    def _possible_errors(self, view: PlatformView, sent: set[str]) -> set[int]:
        keyed = view.idempotent and self.method in METHODS
        json_only = sent == {JSONParser.media_type}
        may = {
            400: True,
            404: "{" in self.path,
            409: keyed,
            413: bool(sent) or keyed,
            415: json_only,
            422: keyed,
            429: view.is_throttled(),
        }
        own = {401, 403, *view.errors.get(view.action or "", ())} if isinstance(view, PlatformViewSet) else ()
        return {status for status, is_so in may.items() if is_so} | {*own}

    def get_operation_id(self) -> str:
        """From the path and the action: api_keys_rotate, telephony_calls_end, telephony_calls_end_v1."""
        named = getattr(self.view, "operation", "")
        if named:
            return f"{named}_v1" if self.path.startswith("/v1/") else str(named)
        if isinstance(self.view, PlatformViewSet):
            return self._operation_id_of(self.view)
        return str(super().get_operation_id())

    def _operation_id_of(self, view: PlatformViewSet[Any]) -> str:
        words, action = [token.replace("-", "_") for token in self._tokenize_path()], str(view.action)
        surface = view.current_surface()
        if action not in STANDARD_ACTIONS:
            words = words[:-1]  # the action's own part of the path
        start = [surface.name] if surface.prefixes_operations else []
        end = ["v1"] if surface.prefixes_operations and self.path.startswith("/v1/") else []
        return "_".join([*start, *words, action, *end])


class PlatformSchemaGenerator(SchemaGenerator):
    """Takes the names of enumerations from the surfaces."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:  # noqa: ANN401
        enums = {name: path for surface in surfaces() for name, path in surface.enums.items()}
        with patched_settings({"ENUM_NAME_OVERRIDES": enums}):
            return dict(super().get_schema(request, public))  # type: ignore[no-untyped-call]


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
