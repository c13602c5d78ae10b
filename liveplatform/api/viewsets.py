"""PlatformView: what every endpoint shares, in the order in which it happens."""

from contextlib import nullcontext
from typing import Any, ClassVar, cast

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from liveplatform.accounts.authentication import PlatformAuthentication
from liveplatform.api import exceptions, idempotency
from liveplatform.api.exceptions import Conflict
from liveplatform.api.parsers import JSONParser, OnlyJSON
from liveplatform.api.permissions import HasScope
from liveplatform.api.principal import Principal
from liveplatform.api.renderers import JSONRenderer
from liveplatform.api.throttling import KeyRate
from liveplatform.json_codec import dumps

log = structlog.get_logger(__name__)


class PlatformView(APIView):
    """Authentication, scope, rate, idempotency, the method, and errors in the surface's own shape.

    A view names its `surface` and the scope of each method. `atomic`: a method that changes something
    runs in one transaction, and its answer under an Idempotency-Key is written in that very transaction.
    `atomic_under_key`: the method is one statement, and needs a transaction for that answer only.
    """

    surface: ClassVar[str] = "house"
    scopes: ClassVar[dict[str, str]] = {}
    atomic: ClassVar[bool] = False
    atomic_under_key: ClassVar[bool] = False
    rate_limited: ClassVar[bool] = True
    keyed: ClassVar[bool] = True  # takes an Idempotency-Key

    authentication_classes = [PlatformAuthentication]
    permission_classes = [HasScope]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJSON
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._keyed(self.request, idempotency.take(self.request) if self.keyed else None)
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
        if self.rate_limited:
            KeyRate.check(self.principal)

    def check_permissions(self, request: Request) -> None:
        """What is not there is 405, before what one may not do is 403."""
        if (request.method or "").lower() not in self.http_method_names or not self._method(request):
            raise MethodNotAllowed(request.method or "")
        super().check_permissions(request)

    def _keyed(self, request: Request, taken: idempotency.Taken | None) -> HttpResponseBase:
        """Run the method; under a key, keep its answer with its effect."""
        try:
            with transaction.atomic() if self._wants_transaction(request, taken) else nullcontext():
                answer: HttpResponseBase = self._method(request)(request, *self.args, **self.kwargs)
                return self._kept(taken, answer) if taken else answer
        except Exception as exc:  # noqa: BLE001 - as above
            if taken is None:
                raise
            return self._kept_error(taken, exc)

    def _wants_transaction(self, request: Request, taken: idempotency.Taken | None) -> bool:
        wanted = self.atomic or (self.atomic_under_key and taken is not None)
        return wanted and request.method != "GET"

    def _method(self, request: Request) -> Any:  # noqa: ANN401 - get, post, …
        return getattr(self, (request.method or "").lower(), None)

    def _kept_error(self, taken: idempotency.Taken, exc: Exception) -> HttpResponseBase:
        try:
            answer = self.handle_exception(exc)
        except Exception:
            taken.free()
            raise
        if getattr(exc, "frees_key", False):
            taken.free()
            return answer
        return self._kept(taken, answer)

    def _kept(self, taken: idempotency.Taken, answer: HttpResponseBase) -> HttpResponseBase:
        if answer.status_code >= 500 or answer.status_code == 429:
            taken.free()
            return answer
        kept = idempotency.answer(answer.status_code, _body(answer))
        if not taken.write(answer.status_code, kept.content) and (self.atomic or self.atomic_under_key):
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
        found = exceptions.problem(exc)
        if found is None:
            raise exc
        return exceptions.response(found, self.surface)


def _body(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, Response):
        return b"" if answer.data is None else dumps(answer.data)
    return answer.content if isinstance(answer, HttpResponse) else b""
