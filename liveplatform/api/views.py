"""PlatformView: the steps of every request, in their order."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from liveplatform.api import idempotency
from liveplatform.api.exceptions import Conflict, problem_for, problem_response
from liveplatform.api.parsers import JSONOnlyNegotiation, JSONParser
from liveplatform.api.permissions import HasScope
from liveplatform.api.principal import Principal
from liveplatform.api.renderers import JSONRenderer
from liveplatform.api.serializers import refuse_unknown
from liveplatform.api.surfaces import PLATFORM, Surface
from liveplatform.api.throttling import Quota, RateLimited, check_rate
from liveplatform.json_codec import dumps


class PlatformView(APIView):
    """Authentication, 405, scope, rate limit, Idempotency-Key, transaction, the action, errors.

    All declarations are keyed by action: the name of a viewset's method, or the HTTP method of a plain view.
    """

    surface: ClassVar[Surface] = PLATFORM
    # Actions that belong to another surface than `surface`.
    surfaces: ClassVar[Mapping[str, Surface]] = {}
    # By an action of the route: the surface of methods without an action there, and of HEAD.
    fallback_surfaces: ClassVar[Mapping[str, Surface]] = {}
    # An action without a scope is denied.
    scopes: ClassVar[Mapping[str, str]] = {}
    # Statuses for the schema, besides those that every operation of its kind may answer.
    errors: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    # The action and the stored response of an Idempotency-Key are one transaction.
    atomic_actions: ClassVar[frozenset[str]] = frozenset()
    # The action is one statement: it needs a transaction only with an Idempotency-Key.
    atomic_if_idempotent_actions: ClassVar[frozenset[str]] = frozenset()
    # The action does not count against the rate limit.
    unthrottled_actions: ClassVar[frozenset[str]] = frozenset()
    # The query parameters of an action that takes some; None: it refuses unknown ones itself.
    query_names: ClassVar[Mapping[str, frozenset[str] | None]] = {}
    # Actions that take no body: fields in it are refused by name.
    bodyless_actions: ClassVar[frozenset[str]] = frozenset({"destroy"})
    # Actions that ignore what they do not know: no end is refused because of a superfluous name.
    lenient_actions: ClassVar[frozenset[str]] = frozenset()
    # Whether POST, PATCH and DELETE take an Idempotency-Key.
    idempotent: ClassVar[bool] = True

    permission_classes = [HasScope]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = JSONOnlyNegotiation
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    # What is left of the rate limit; None: the request is not counted, or was refused before.
    quota: Quota | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._run(self.request, self._reserve())
        except idempotency.Replay as replay:
            response = replay.response
        except Exception as exc:  # noqa: BLE001 - as in DRF's dispatch; unexpected ones are raised again
            response = self.handle_exception(exc)
        self.response = self.finalize_response(self.request, cast(Response, response), *args, **kwargs)
        for name, value in (self.quota.headers if self.quota else {}).items():
            self.response[name] = value
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise ParseError("The query contains a NUL character (%00); remove it.", "invalid_query")
        if self.action_name not in self.unthrottled_actions:
            self.quota = check_rate(self.principal)
        if self.action_name not in self.lenient_actions:
            self._refuse_unknown_names(request)

    def accepted_query_names(self) -> frozenset[str] | None:
        """The query parameters that the action takes; None: it checks them itself."""
        return self.query_names.get(self.action_name, frozenset())

    def _refuse_unknown_names(self, request: Request) -> None:
        """Raise ValidationError for query parameters, and fields of an empty body, that nothing reads."""
        accepted = self.accepted_query_names()
        if accepted is not None:
            refuse_unknown(request.query_params, accepted, "There is no such parameter here.")
        if self.action_name in self.bodyless_actions and request.META.get("CONTENT_LENGTH"):
            refuse_unknown(request.data, (), "This operation takes no fields.")

    def check_permissions(self, request: Request) -> None:
        """405 for a method that is not served comes before 403."""
        if (request.method or "").lower() not in self.http_method_names or not self._method(request):
            raise MethodNotAllowed(request.method or "")
        super().check_permissions(request)

    def handle_exception(self, exc: Exception) -> Response:
        """The error response in the surface's shape; an unexpected exception is raised again (500)."""
        if hasattr(exc, "status_code") and exc.status_code == 401:
            exc.auth_header = self.get_authenticate_header(self.request)  # type: ignore[attr-defined]
        if isinstance(exc, RateLimited):
            self.quota = exc.quota
        problem = problem_for(exc)
        if problem is None:
            raise exc
        return problem_response(problem, self.current_surface)

    @property
    def principal(self) -> Principal:
        """The authenticated client."""
        return cast(Principal, self.request.user)

    @property
    def action_name(self) -> str:
        """The action by which scopes, transactions and surfaces are declared."""
        return (self.request.method or "").lower()

    @property
    def acting_for(self) -> str:
        """Whom the client acts for, if it says so: an Idempotency-Key of one is not that of another."""
        return ""

    @property
    def current_surface(self) -> Surface:
        """The surface of the action, which shapes its errors."""
        return self.surfaces.get(self.action_name, self.surface)

    def _reserve(self) -> idempotency.Reservation | None:
        return idempotency.acquire(self.request, self.acting_for) if self.idempotent else None

    def _run(self, request: Request, reservation: idempotency.Reservation | None) -> HttpResponseBase:
        """Run the action; with a reservation, store the response in the same transaction."""
        try:
            with transaction.atomic() if self._is_atomic(reservation) else nullcontext():
                response: HttpResponseBase = self._method(request)(request, *self.args, **self.kwargs)
                return self._store(reservation, response) if reservation else response
        except Exception as exc:  # noqa: BLE001 - as above
            if reservation is None:
                raise
            return self._store_error(reservation, exc)

    def _is_atomic(self, reservation: idempotency.Reservation | None) -> bool:
        action = self.action_name
        return action in self.atomic_actions or (
            reservation is not None and action in self.atomic_if_idempotent_actions
        )

    def _method(self, request: Request) -> Any:  # noqa: ANN401 - the handler of the HTTP method
        return getattr(self, (request.method or "").lower(), None)

    def _store_error(self, reservation: idempotency.Reservation, exc: Exception) -> HttpResponseBase:
        try:
            response = self.handle_exception(exc)
        except Exception:
            reservation.release()
            raise
        if getattr(exc, "releases_key", False):
            reservation.release()
            return response
        return self._store(reservation, response)

    def _store(self, reservation: idempotency.Reservation, response: HttpResponseBase) -> HttpResponseBase:
        """The response as it is stored and sent. 5xx and 429 are not stored. Raises Conflict."""
        if response.status_code >= 500 or response.status_code == 429:
            reservation.release()
            return response
        stored = idempotency.json_response(response.status_code, _body(response))
        is_stored = reservation.store_response(response.status_code, stored.content)
        if not is_stored and self._is_atomic(reservation):
            message = "This took too long; another request took over its Idempotency-Key."
            raise Conflict(message, idempotency.IN_USE)
        for name, value in response.headers.items():
            if name != "Content-Type":
                stored[name] = value
        return stored


def _body(response: HttpResponseBase) -> bytes:
    if isinstance(response, Response):
        return b"" if response.data is None else dumps(response.data)
    return response.content if isinstance(response, HttpResponse) else b""
