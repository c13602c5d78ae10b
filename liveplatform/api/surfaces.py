"""API surfaces: an app registers each of its surfaces by name in settings.SURFACES.

A surface has its URLs, the addresses that belong to it, and the shape of its error bodies. The platform's
own API is PLATFORM; addresses that no other surface claims belong to it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from liveplatform.api.error_codes import ERROR_CODES, ErrorCode, help_url, request_id

NOT_FOUND = "There is nothing at this address."


@dataclass(frozen=True)
class Problem:
    """An error before it is rendered in the shape of a surface."""

    status: int
    code: str
    message: str
    fields: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@extend_schema_field({"type": ["object", "null"], "maxProperties": 0})  # client generators have no "null"
class Null(serializers.Field[None, None, None, Any]):
    """Always null."""


class ShortErrorBody(serializers.Serializer[dict[str, Any]]):
    """An error as a vendor has it: `{error, message}`."""

    error = serializers.CharField(help_text="A machine-readable code, see /api/docs/errors.")
    message = serializers.CharField(help_text="A readable message: the error and the remedy.")


class ErrorBody(ShortErrorBody):
    """An error of the platform's own API."""

    help = serializers.URLField(help_text="The code's entry in the error reference.")
    request_id = serializers.CharField(help_text="As in the X-Request-ID header, and in the logs.")
    fields = serializers.DictField(required=False, help_text="The errors of each field.")  # type: ignore[assignment]


def render_short(problem: Problem) -> dict[str, Any]:
    """`{error, message}`"""
    return {"error": problem.code, "message": problem.message}


def render_full(problem: Problem) -> dict[str, Any]:
    """`{error, message, help, request_id}`, and `fields` for invalid input."""
    reference = {"help": help_url(problem.code), "request_id": request_id()}
    return render_short(problem) | reference | ({"fields": problem.fields} if problem.fields else {})


@dataclass(frozen=True)
class Surface:
    """One API of the platform, in the shape of its vendor or in the platform's own."""

    name: str
    urls: str = ""  # the dotted path of its URLconf
    # A regular expression of the paths that get this error shape even where no view answers.
    paths: str = ""
    render: Callable[[Problem], dict[str, Any]] = render_full
    error_body: type[serializers.Serializer[Any]] = ErrorBody
    # Names of enumerations in the OpenAPI document: component name to dotted path of the choices.
    enums: Mapping[str, str] = field(default_factory=dict)
    # Its own entries of the error reference.
    error_codes: tuple[ErrorCode, ...] = ()
    # The tags of its operations in the OpenAPI document, and what they are about.
    tags: Mapping[str, str] = field(default_factory=dict)
    # Operation ids begin with the surface's name, where paths alone would not make them unique.
    prefixes_operations: bool = False

    def claims(self, path: str) -> bool:
        """Whether the path belongs to this surface."""
        return bool(self.paths) and re.fullmatch(self.paths, path, re.DOTALL) is not None


PLATFORM = Surface(
    "platform", enums={"WorkState": "liveplatform.work.models.Work.State"}, error_codes=ERROR_CODES
)


@cache
def surfaces() -> tuple[Surface, ...]:
    """All registered surfaces, in the order of settings.SURFACES; PLATFORM is the last."""
    return (*(import_string(path) for path in settings.SURFACES), PLATFORM)


def surface_for_path(path: str) -> Surface:
    """The surface that claims a path, whether or not a view answers there."""
    return next((surface for surface in surfaces() if surface.claims(path)), PLATFORM)


def surface_for_request(request: HttpRequest) -> Surface:
    """The surface of the view at the request's address, else the one that claims its path."""
    view = _view_for(request)
    declared = getattr(getattr(view, "cls", None), "surface", None)
    if not isinstance(declared, Surface):
        return surface_for_path(request.path)
    method = (request.method or "").lower()
    action = (getattr(view, "actions", None) or {}).get(method, method)
    by_action: Mapping[str, Surface] = getattr(view.cls, "surfaces", {})
    return by_action.get(action, declared)


def _view_for(request: HttpRequest) -> Any:  # noqa: ANN401 - a view function, or None
    """The view at the address, even if the request was refused before it was resolved."""
    try:
        match = getattr(request, "resolver_match", None) or resolve(request.path_info)
    except Resolver404:
        return None
    return match.func
