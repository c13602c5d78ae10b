"""The OpenAPI document: what PlatformView and PlatformViewSet add to each operation (drf-spectacular)."""

from typing import Any, cast

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
    """Adds scope, Idempotency-Key, paging parameters, possible errors and the operation id."""

    def get_override_parameters(self) -> list[Any]:
        keyed = self.method in METHODS and getattr(self.view, "idempotent", False)
        paged = getattr(self.view, "action", None) == "list" and issubclass(
            getattr(self.view, "pagination_class", None) or object, KeysetPagination
        )
        return [*([IDEMPOTENCY_KEY] if keyed else []), *(page_parameters() if paged else [])]

    def get_tags(self) -> list[str]:
        return getattr(self.view, "tags", None) or super().get_tags()

    def get_description(self) -> str:  # type: ignore[override]
        """The declared description and the scope; the docstring of a viewset is left out."""
        scope = scope_for(self.view, self.method)
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
            responses, view = operation["responses"], cast(PlatformView, self.view)
            errors = self._possible_errors(view, set(operation.get("requestBody", {}).get("content", {})))
            for status, body in error_responses(view.current_surface(), *errors).items():
                if status in errors and str(status) not in responses:
                    responses[str(status)] = self._get_response_for_code(body, str(status))  # type: ignore[no-untyped-call]
            operation["responses"] = dict(sorted(responses.items()))
        return operation

    def _possible_errors(self, view: PlatformView, media_types: set[str]) -> set[int]:
        takes_key = view.idempotent and self.method in METHODS
        kinds = {
            400: True,
            404: "{" in self.path,
            409: takes_key,
            413: bool(media_types) or takes_key,
            415: media_types == {JSONParser.media_type},
            422: takes_key,
            429: view.is_throttled(),
        }
        own = {401, 403, *view.errors.get(view.action or "", ())} if isinstance(view, PlatformViewSet) else ()
        return {status for status, is_possible in kinds.items() if is_possible} | {*own}

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
