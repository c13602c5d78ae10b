"""Errors as clients see them: one table of what they are, one shape per surface.

live and house: {error, message} (house adds `fields` for bad input); telephony: the vendor's envelope
{status, message, data} with `error` beside it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from liveplatform.crypto import CannotOpen
from liveplatform.json_codec import dumps

log = structlog.get_logger(__name__)

RETRY_SOON = {"Retry-After": "5"}
# The vendor's addresses; /v1/calls has the house's beside them, and all that lies below a call there.
TELEPHONY = re.compile(
    r"/calls(/.*)?|/v1/calls/(?!(bulk-end|export|rules)$)[^/]*|(/v1)?/phone_number", re.DOTALL
)


@dataclass(frozen=True)
class Problem:
    """An error, before any surface gave it its shape."""

    status: int
    code: str
    message: str
    fields: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class MissingScope(exceptions.PermissionDenied):
    """The principal lacks a scope; the answer names it."""

    def __init__(self, scope: str | None) -> None:
        wanted = f"the scope {scope}" if scope else "a scope that no key has"
        super().__init__(f"This operation needs {wanted}.", "insufficient_scope")
        self.scope = scope


class Conflict(exceptions.APIException):
    """409"""

    status_code = 409
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """422"""

    status_code = 422
    default_code = "unprocessable"


class TooLarge(exceptions.APIException):
    """413"""

    status_code = 413
    default_code = "payload_too_large"
    default_detail = "The body is too large; at most 1 MiB is accepted."


CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "rate_limited",
    502: "provider_error",
    503: "unavailable",
}


def problem(exc: Exception) -> Problem | None:
    """What went wrong, or None for what nobody foresaw (a 500, logged with its traceback)."""
    match exc:
        case exceptions.ValidationError():
            return Problem(400, "validation_error", _first(exc.detail), _fields(exc.detail))
        case exceptions.APIException():
            return _from_api(exc)
        case Http404():
            return Problem(404, "not_found", "There is nothing at this address.")
        case OperationalError() | InterfaceError() | CannotOpen():
            return _unavailable(exc)
        case SuspiciousOperation() | BadRequest():  # a body over Django's own limit among them
            return Problem(400, CODES[400], "The request is malformed.")
        case _:
            return None


def response(found: Problem, surface: str) -> Response:
    """The problem in the surface's shape."""
    answer = Response(shape(found, surface), status=found.status)
    for name, value in found.headers.items():
        answer[name] = value
    return answer


def shape(found: Problem, surface: str) -> dict[str, Any]:
    """The body of a problem, as the surface has it."""
    if surface == "telephony":
        return {"status": "error", "message": found.message, "data": None, "error": found.code}
    body: dict[str, Any] = {"error": found.code, "message": found.message}
    if surface == "house" and found.fields:
        body["fields"] = found.fields
    return body


def at_unknown_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404: no view was there to give the answer a shape, so the path does."""
    found = Problem(404, CODES[404], "There is nothing at this address.")
    return _plain(found, request)


def at_bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return _plain(Problem(400, CODES[400], "The request is malformed."), request)


def at_crash(request: HttpRequest) -> HttpResponse:
    """Django's handler500; the traceback is in the log under the request's id."""
    return _plain(Problem(500, "internal_error", "Something went wrong here; it has been logged."), request)


def surface_of(path: str, method: str | None = "GET") -> str:
    """Which surface an address belongs to, be there anything or not."""
    if path.startswith("/v1/live/"):
        return "live"
    recorded = path == "/v1/calls" and method == "POST"  # by GET this address is the house's list
    return "telephony" if recorded or TELEPHONY.fullmatch(path) else "house"


def problems(surface: str, *statuses: int) -> dict[int, OpenApiResponse]:
    """The error answers of an operation, for its schema; 401 and 403 are everywhere."""
    body = TelephonyErrorBody if surface == "telephony" else ErrorBody
    return {
        status: OpenApiResponse(body, description=MEANINGS[status])
        for status in sorted({401, 403, *statuses})
    }


MEANINGS = {
    400: "Bad input; the message says what is wrong and what to do",
    401: "No valid API key or JWT",
    403: "The key or token lacks the scope that the message names",
    404: "Not found",
    409: "Conflict with the present state, or the Idempotency-Key is in use at this moment",
    412: "Not while it is in its present state; the message says what is possible",
    413: "Body too large",
    415: "The body is not JSON",
    422: "The Idempotency-Key was used with another body",
    429: "Too many requests",
    502: "Streaming provider error",
    503: "Streaming provider not configured, or the platform is unavailable",
}


@extend_schema_field({"type": "null"})
class Null(serializers.Field[None, None, None, Any]):
    """Always null."""


class ErrorBody(serializers.Serializer[dict[str, Any]]):
    """An error, in the live and the house surface."""

    error = serializers.CharField(help_text="A code for programs, such as not_found.")
    message = serializers.CharField(help_text="What went wrong and what to do, for people.")
    fields = serializers.DictField(required=False, help_text="What is wrong with which field.")  # type: ignore[assignment]


class TelephonyErrorBody(serializers.Serializer[dict[str, Any]]):
    """An error in the telephony surface's envelope."""

    status = serializers.CharField(help_text="error")
    message = serializers.CharField(help_text="What went wrong and what to do, for people.")
    data = Null(help_text="null")  # type: ignore[assignment]
    error = serializers.CharField(help_text="A code for programs, such as not_found.")


def _unavailable(exc: Exception) -> Problem:
    if isinstance(exc, CannotOpen):
        log.error("cannot_open_secret", error=str(exc))
        return Problem(503, CODES[503], "A stored secret cannot be opened; this is not yours to mend.")
    return Problem(503, CODES[503], "The database does not answer; try again.", headers=RETRY_SOON)


def _from_api(exc: exceptions.APIException) -> Problem:
    code = exc.get_codes()
    known = exc.default_code in ("error", "") or not isinstance(code, str)
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if isinstance(exc, MissingScope) and exc.scope:
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{exc.scope}"'
    wait = getattr(exc, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    name = CODES.get(exc.status_code, "error") if known else str(code)
    return Problem(exc.status_code, _renamed(exc, name), str(exc.detail), headers=headers)


def _renamed(exc: exceptions.APIException, name: str) -> str:
    """DRF's own names for a status give way to ours; codes of our own exceptions stay."""
    own = isinstance(exc, MissingScope) or type(exc).__module__.split(".")[0] in ("calls", "liveplatform")
    return name if own else CODES.get(exc.status_code, name)


def _fields(detail: Any) -> dict[str, Any]:  # noqa: ANN401 - DRF's nest of lists and dicts
    return dict(detail) if isinstance(detail, Mapping) else {}


def _first(detail: Any, path: str = "") -> str:  # noqa: ANN401
    """The first complaint as one sentence that names its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            if inner:
                inside = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
                return _first(inner, inside)
    if isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            if inner:
                deeper = isinstance(inner, Mapping | list)
                return _first(inner, f"{path}[{index}]" if deeper else path)
        return path
    return f"{path}: {detail}" if path else str(detail)


def _plain(found: Problem, request: HttpRequest) -> HttpResponse:
    body = dumps(shape(found, surface_of(request.path, request.method)))
    return HttpResponse(body, status=found.status, content_type="application/json")
