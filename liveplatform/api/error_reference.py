"""The error reference: every code of the API, with its meaning and its remedy, at /api/docs/errors."""

from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liveplatform.api.error_codes import ErrorCode
from liveplatform.api.surfaces import surfaces
from liveplatform.json_codec import dumps


@cache
def error_reference() -> dict[str, ErrorCode]:
    """Every code of the surfaces, in alphabetical order. Raises ImproperlyConfigured."""
    entries = [entry for surface in surfaces() for entry in surface.error_codes]
    found = {entry.code: entry for entry in sorted(entries, key=lambda entry: entry.code)}
    if len(found) < len(entries):
        raise ImproperlyConfigured("An error code is declared by two surfaces, or twice.")
    return found


@require_safe
def errors_page(request: HttpRequest) -> HttpResponse:
    """The reference as a page; as JSON for clients that prefer it."""
    entries = list(error_reference().values())
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        answer = HttpResponse(dumps({"errors": entries}), content_type="application/json")
    else:
        answer = render(request, "api/errors.html", {"errors": entries})
    answer["Vary"] = "Accept"
    return answer
