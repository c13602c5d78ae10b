"""PlatformView and PlatformViewSet: what every endpoint shares, in the order in which it happens."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar, TypeVar, cast

import structlog
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed, NotFound, ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from liveplatform.api import exceptions as errors
from liveplatform.api import idempotency
from liveplatform.api.exceptions import Conflict
from liveplatform.api.pagination import KeysetPagination
from liveplatform.api.parsers import JSONOnlyNegotiation, JSONParser
from liveplatform.api.permissions import HasScope
from liveplatform.api.principal import Principal
from liveplatform.api.renderers import JSONRenderer
from liveplatform.api.serializers import EnvelopeSerializer
from liveplatform.api.surfaces import PLATFORM, Surface
from liveplatform.api.throttling import ApiKeyThrottle
from liveplatform.json_codec import dumps

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Model)


class PlatformView(APIView):
    """Authentication, scope, rate, idempotency, the method, and errors in the surface's own shape.

    A view names its `surface` and the scope of each method. `atomic`: a method that changes something
    runs in one transaction, and its answer under an Idempotency-Key is written in that very transaction.
    `atomic_if_idempotent`: the method is one statement, and needs a transaction for that answer only.
    """

    surface: ClassVar[Surface] = PLATFORM
    surfaces: ClassVar[Mapping[str, Surface]] = {}  # exceptions, by method (in a viewset by action)
    scopes: ClassVar[Mapping[str, str]] = {}
    atomic: ClassVar[bool] = False
    atomic_if_idempotent: ClassVar[bool] = False
    rate_limited: ClassVar[bool] = True
    idempotent: ClassVar[bool] = True  # takes an Idempotency-Key

    permission_classes = [HasScope]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = JSONOnlyNegotiation
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._run(self.request, idempotency.acquire(self.request) if self.idempotent else None)
        except idempotency.Replay as replay:
            response = replay.response
        except Exception as exc:  # noqa: BLE001 - DRF's own hook; what it cannot name is raised again
            response = self.handle_exception(exc)
        self.response = self.finalize_response(self.request, cast(Response, response), *args, **kwargs)
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise ParseError("The query contains a NUL character (%00); remove it.")
        if self.is_throttled():
            ApiKeyThrottle.check(self.principal)

    def check_permissions(self, request: Request) -> None:
        """What is not there is 405, before what one may not do is 403."""
        if (request.method or "").lower() not in self.http_method_names or not self._method(request):
            raise MethodNotAllowed(request.method or "")
        super().check_permissions(request)

    def _run(self, request: Request, reservation: idempotency.Reservation | None) -> HttpResponseBase:
        """Run the method; under a key, keep its answer with its effect."""
        try:
            with transaction.atomic() if self._wants_transaction(request, reservation) else nullcontext():
                answer: HttpResponseBase = self._method(request)(request, *self.args, **self.kwargs)
                return self._store(reservation, answer) if reservation else answer
        except Exception as exc:  # noqa: BLE001 - as above
            if reservation is None:
                raise
            return self._store_error(reservation, exc)

    def _wants_transaction(self, request: Request, reservation: idempotency.Reservation | None) -> bool:
        wanted = self.is_atomic() or (self.is_atomic_if_idempotent() and reservation is not None)
        return wanted and request.method != "GET"

    def is_atomic(self) -> bool:
        """Whether the request runs in one transaction."""
        return self.atomic

    def is_atomic_if_idempotent(self) -> bool:
        """Whether it does so only with an Idempotency-Key."""
        return self.atomic_if_idempotent

    def is_throttled(self) -> bool:
        """Whether the request counts against its key's rate."""
        return self.rate_limited

    def current_surface(self) -> Surface:
        """The surface in whose shape errors are answered."""
        return self.surfaces.get((self.request.method or "").lower(), self.surface)

    def _method(self, request: Request) -> Any:  # noqa: ANN401 - get, post, …
        return getattr(self, (request.method or "").lower(), None)

    def _store_error(self, reservation: idempotency.Reservation, exc: Exception) -> HttpResponseBase:
        try:
            answer = self.handle_exception(exc)
        except Exception:
            reservation.release()
            raise
        if getattr(exc, "releases_key", False):
            reservation.release()
            return answer
        return self._store(reservation, answer)

    def _store(self, reservation: idempotency.Reservation, answer: HttpResponseBase) -> HttpResponseBase:
        if answer.status_code >= 500 or answer.status_code == 429:
            reservation.release()
            return answer
        kept = idempotency.json_response(answer.status_code, _body(answer))
        if not reservation.store_response(answer.status_code, kept.content) and (
            self.is_atomic() or self.is_atomic_if_idempotent()
        ):
            raise Conflict("This took too long; another request took over its Idempotency-Key.")
        for name, value in answer.headers.items():
            if name != "Content-Type":
                kept[name] = value
        return kept

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return cast(Principal, self.request.user)

    def handle_exception(self, exc: Exception) -> Response:
        if hasattr(exc, "status_code") and exc.status_code == 401:
            exc.auth_header = self.get_authenticate_header(self.request)  # type: ignore[attr-defined]
        found = errors.problem_for(exc)
        if found is None:
            raise exc
        return errors.problem_response(found, self.current_surface())


class PlatformViewSet(PlatformView, GenericViewSet[M]):
    """A resource of the account: tenancy, one object lookup, and what each action declares.

    Everything is keyed by action (`list`, `create`, the name of an `@action`). `scopes`: an action without
    a scope is denied. `atomic_actions` run in one transaction, `atomic_if_idempotent_actions` only with an
    Idempotency-Key; `unthrottled_actions` do not count against the key's rate; `surfaces` are exceptions
    from `surface`. `errors`: what the schema shows besides the errors that all operations of a kind have.
    """

    serializer_class: type[Serializer[Any]]
    list_serializer_class: ClassVar[type[EnvelopeSerializer]]
    pagination_class: type[BasePagination] | None = KeysetPagination
    lookup_value_converter = "id"
    not_found: ClassVar[str] = ""

    tags: ClassVar[list[str]] = []
    errors: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    atomic_actions: ClassVar[frozenset[str]] = frozenset()
    atomic_if_idempotent_actions: ClassVar[frozenset[str]] = frozenset()
    unthrottled_actions: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:  # noqa: ANN401 - as DRF's
        """Like DRF's, but only the schema generator gets the `schema` of an `@action`.

        It is a descriptor that keeps the latest view it was set on, with its request and response, alive.
        """
        view = super().as_view(actions, **{k: v for k, v in initkwargs.items() if k != "schema"})
        view.initkwargs = initkwargs  # type: ignore[attr-defined] # what the generator reads
        return view

    def get_queryset(self) -> QuerySet[M]:
        """The account's own rows: every query of every action is bound to it here."""
        return super().get_queryset().filter(account_id=self.principal.account_id)

    def get_object(self) -> M:
        """The account's row that the URL names. Raises NotFound."""
        return self._one_of(self.get_queryset())

    def lock_object(self, *, no_key: bool = False) -> M:
        """The same, locked to the end of the transaction (FOR UPDATE, or FOR NO KEY UPDATE)."""
        return self._one_of(self.get_queryset().select_for_update(of=("self",), no_key=no_key))

    def read(self, serializer: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The validated body. Raises ValidationError."""
        return _validated(serializer(data=self.request.data, partial=partial))

    def read_query(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The validated query parameters. Raises ValidationError."""
        return _validated(serializer(data=self.request.query_params.dict()))

    def is_atomic(self) -> bool:
        return self.action in self.atomic_actions

    def is_atomic_if_idempotent(self) -> bool:
        return self.action in self.atomic_if_idempotent_actions

    def is_throttled(self) -> bool:
        return self.action not in self.unthrottled_actions

    def current_surface(self) -> Surface:
        return self.surfaces.get(self.action or "", self.surface)

    def _one_of(self, rows: QuerySet[M]) -> M:
        name = self.lookup_url_kwarg or self.lookup_field
        found = rows.filter(**{self.lookup_field: self.kwargs[name]}).first()
        if found is None:
            kind = rows.model._meta.verbose_name
            raise NotFound(self.not_found or f"There is no such {kind} in this account.")
        return found


def _validated(serializer: Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _body(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, Response):
        return b"" if answer.data is None else dumps(answer.data)
    return answer.content if isinstance(answer, HttpResponse) else b""
