"""The OpenAPI document: what PlatformView and PlatformViewSet add to each operation (drf-spectacular)."""

from http import HTTPStatus
from typing import Any, cast

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from liveplatform.api.idempotency import HEADER, METHODS
from liveplatform.api.pagination import KeysetPagination, page_parameters
from liveplatform.api.parsers import JSONParser
from liveplatform.api.permissions import scope_for
from liveplatform.api.schema_document import complete_document
from liveplatform.api.surfaces import surfaces
from liveplatform.api.views import PlatformView
from liveplatform.api.viewsets import PlatformViewSet

STANDARD_ACTIONS = ("list", "create", "retrieve", "update", "partial_update", "destroy")

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A repeated request with the same key and body gets the stored response. Kept for 24 hours.",
)


DESCRIPTIONS = {
    400: "Invalid input; the message names the error and the remedy",
    401: "No valid API key or JWT",
    403: "The key or token lacks the scope named in the message",
    404: "Not found",
    409: "Conflict with the current state, or the Idempotency-Key is in use by a running request",
    412: "Not possible in the current state; the message names the possible actions",
    413: "Body too large",
    415: "The body is not JSON",
    422: "The Idempotency-Key was used with another body",
    429: "Too many requests",
    502: "Provider error",
    503: "Provider not configured, or the platform is unavailable",
}


class PlatformSchema(AutoSchema):
    """Adds scope, Idempotency-Key, paging parameters, possible errors and the operation id."""

    def get_override_parameters(self) -> list[Any]:
        keyed = self.method in METHODS and getattr(self.view, "idempotent", False)
        return [*([IDEMPOTENCY_KEY] if keyed else []), *self._list_parameters()]

    def _list_parameters(self) -> list[Any]:
        view = self.view
        if not isinstance(view, PlatformViewSet) or view.action != "list":
            return []
        if view.query_serializer:
            return [view.query_serializer]
        return page_parameters() if issubclass(view.pagination_class or object, KeysetPagination) else []

    def get_tags(self) -> list[str]:
        return getattr(self.view, "tags", None) or super().get_tags()

    def get_description(self) -> str:  # type: ignore[override]
        """The declared description and the scope; the docstring of a viewset is left out."""
        scope = scope_for(self.view)
        needs = f"Needs the scope `{scope}`." if scope else ""
        text = "" if isinstance(self.view, PlatformViewSet) else super().get_description()
        return "\n\n".join(part for part in (text, needs) if part)

    def get_response_serializers(self) -> Any:  # noqa: ANN401 - a serializer or its class
        view = self.view
        if isinstance(view, PlatformViewSet) and view.action == "list":
            return view.list_serializer_class
        return super().get_response_serializers()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:  # noqa: ANN401
        """The declared operation with the errors that every operation of its kind may answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation:
            view, responses = cast(PlatformView, self.view), operation["responses"]
            for status in self._possible_errors(view, {*operation.get("requestBody", {}).get("content", {})}):
                if str(status) not in responses:
                    description = DESCRIPTIONS.get(status, HTTPStatus(status).phrase)
                    error = OpenApiResponse(view.current_surface.error_body, description)
                    responses[str(status)] = self._get_response_for_code(error, str(status))  # type: ignore[no-untyped-call]
            operation["responses"] = dict(sorted(responses.items()))
            if scope := scope_for(self.view):
                operation["x-required-scope"] = scope
        return operation

    def _possible_errors(self, view: PlatformView, media_types: set[str]) -> set[int]:
        takes_key = view.idempotent and self.method in METHODS
        by_kind = {
            404: "{" in self.path,
            409: takes_key,
            413: bool(media_types) or takes_key,
            415: media_types == {JSONParser.media_type},
            422: takes_key,
            429: view.action_name not in view.unthrottled_actions,
        }
        declared = view.errors.get(view.action_name, ())
        return {400, 401, 403, *declared} | {status for status, is_possible in by_kind.items() if is_possible}

    def get_operation_id(self) -> str:
        """From the path and the action: api_keys_rotate, telephony_calls_end, telephony_calls_end_v1."""
        if not isinstance(self.view, PlatformViewSet):
            return str(super().get_operation_id())
        words = [token.replace("-", "_") for token in self._tokenize_path()]
        if self.view.action_name not in STANDARD_ACTIONS:
            words = words[:-1]  # the action's own part of the path
        surface = self.view.current_surface
        start = [surface.name] if surface.prefixes_operations else []
        end = ["v1"] if surface.prefixes_operations and self.path.startswith("/v1/") else []
        return "_".join([*start, *words, self.view.action_name, *end])


class PlatformSchemaGenerator(SchemaGenerator):
    """Takes the names of enumerations from the surfaces."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:  # noqa: ANN401
        enums = {name: path for surface in surfaces() for name, path in surface.enums.items()}
        with patched_settings({"ENUM_NAME_OVERRIDES": enums}):
            return complete_document(dict(super().get_schema(request, public)))  # type: ignore[no-untyped-call]
