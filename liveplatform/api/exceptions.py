"""Exceptions as HTTP errors: status, code and message; a surface renders them (surfaces.py)."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from liveplatform.api.error_codes import help_url
from liveplatform.api.surfaces import NOT_FOUND, Problem, Surface, surface_for_request
from liveplatform.crypto import DecryptionFailed
from liveplatform.json_codec import dumps

log = structlog.get_logger(__name__)

SEALED_MESSAGE = "A stored secret cannot be opened; the operator must fix this."
DATABASE_MESSAGE = "The database does not answer; try again."
RETRY_SOON = {"Retry-After": "5"}


class MissingScope(exceptions.PermissionDenied):
    """403: the principal lacks the scope of the operation, which the response names."""

    def __init__(self, scope: str | None) -> None:
        needed = f"the scope {scope}" if scope else "a scope that no key has"
        super().__init__(f"This operation needs {needed}.", "insufficient_scope")
        self.scope = scope


class NotForEndUsers(exceptions.PermissionDenied):
    """403: the token is of an end user, and the operation is for the account's own programs."""

    default_code = "not_for_end_users"
    default_detail = "This operation is not for tokens of end users: use an API key in your back end."


class InvalidJson(exceptions.ParseError):
    """400: the body is no JSON object that can be stored."""

    default_code = "invalid_json"


class Conflict(exceptions.APIException):
    """409: not possible in the present state; the code says why."""

    status_code = 409

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code)


class KeyReused(exceptions.APIException):
    """422: the Idempotency-Key was used with another body."""

    status_code = 422
    default_code = "idempotency_key_reused"


class TooLarge(exceptions.APIException):
    """413: the body is larger than MAX_BODY."""

    status_code = 413
    default_code = "payload_too_large"
    default_detail = "The body is too large; at most 1 MiB is accepted."


def problem_for(exc: Exception) -> Problem | None:
    """The error response of an exception; None for an unexpected one (a 500, logged with its traceback)."""
    match exc:
        case exceptions.ValidationError():
            return Problem(400, "validation_error", _first_message(exc.detail), _field_errors(exc.detail))
        case exceptions.APIException():
            return _from_api_exception(exc)
        case Http404():
            return Problem(404, "not_found", NOT_FOUND)
        case OperationalError() | InterfaceError() | DecryptionFailed():
            return _unavailable(exc)
        case SuspiciousOperation() | BadRequest():  # also a body above Django's own limits
            return Problem(400, "malformed_request", "The request is malformed.")
        case _:
            return None


def problem_response(problem: Problem, surface: Surface) -> Response:
    """The problem in the surface's shape."""
    response = Response(surface.render(problem), status=problem.status)
    for name, value in (problem.headers | _help_link(problem)).items():
        response[name] = value
    return response


def _help_link(problem: Problem) -> dict[str, str]:
    """The entry of the code in the error reference, for the surfaces whose bodies do not link to it."""
    return {"Link": f'<{help_url(problem.code)}>; rel="help"'}


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404, in the shape of the surface that claims the path."""
    return _render_for_path(Problem(404, "not_found", NOT_FOUND), request)


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400 (SuspiciousOperation, BadRequest outside a view)."""
    return _render_for_path(Problem(400, "malformed_request", "The request is malformed."), request)


def handler500(request: HttpRequest) -> HttpResponse:
    """Django's handler500; the traceback is logged with the request id."""
    return _render_for_path(
        Problem(500, "internal_error", "Something went wrong here; it has been logged."), request
    )


def _unavailable(exc: Exception) -> Problem:
    if isinstance(exc, DecryptionFailed):
        log.error("cannot_open_secret", error=str(exc))
        return Problem(503, "secret_unreadable", SEALED_MESSAGE)
    log.error("database_unavailable", error=str(exc))
    return Problem(503, "database_unavailable", DATABASE_MESSAGE, headers=RETRY_SOON)


def _from_api_exception(exc: exceptions.APIException) -> Problem:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if isinstance(exc, MissingScope) and exc.scope:
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{exc.scope}"'
    wait = getattr(exc, "wait", None)
    if wait:
        headers["Retry-After"] = str(ceil(wait))
    fields = dict(getattr(exc, "fields", {}))
    return Problem(exc.status_code, str(exc.get_codes()), str(exc.detail), fields, headers)


def _field_errors(detail: Any) -> dict[str, Any]:  # noqa: ANN401 - DRF's nest of lists and dicts
    return dict(detail) if isinstance(detail, Mapping) else {}


def _first_message(detail: Any, path: str = "") -> str:  # noqa: ANN401
    """The first validation error as one sentence that names its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            if inner:
                inside = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
                return _first_message(inner, inside)
    if isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            if inner:
                deeper = isinstance(inner, Mapping | list)
                return _first_message(inner, f"{path}[{index}]" if deeper else path)
        return path
    return f"{path}: {detail}" if path else str(detail)


def _render_for_path(problem: Problem, request: HttpRequest) -> HttpResponse:
    body = dumps(surface_for_request(request).render(problem))
    return HttpResponse(
        body, status=problem.status, content_type="application/json", headers=_help_link(problem)
    )
