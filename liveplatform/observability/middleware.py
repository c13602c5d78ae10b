"""Middleware that answers /healthz, /readyz and /metrics before host checks, sessions and logs.

Load balancers and Prometheus use the address of a process, which is not in ALLOWED_HOSTS.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from liveplatform.observability.health import healthz, readyz
from liveplatform.observability.metrics import metrics

PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


class Probes:
    """Answers probes; must be the first middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = probe(request)
        answer["Cache-Control"] = "no-store"
        answer._has_been_logged = True  # type: ignore[attr-defined] # else Django logs a 503 as an error
        return answer
