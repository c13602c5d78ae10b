"""What every public page does first: how often an address may ask, from where forms come, errors as pages."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from liveplatform.api.throttling import Limit, RateLimited, count_request
from sessions_app.exceptions import RegistrationNotFound, SeriesNotFound, SessionNotFound

# Requests a minute of one address: of all pages, and of forms that were sent.
PER_MINUTE, FORMS_PER_MINUTE = 120, 20
# Whoever has one IPv6 address has 2^64 of them.
IPV6_NETWORK = 64

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A public page: GET and POST, limited by address, never stored; refusals and 404 are pages too."""

    @csrf_exempt  # these pages have no cookie; their forms have tokens of their own
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - the URL's
        try:
            count_request(_limits(request))
            if request.method == "POST" and not _is_own_form(request):
                return message(request, 403, "This form came from another site", "Open the page here, again.")
            response = view(request, *args, **kwargs)
        except RateLimited as error:
            response = message(request, 429, "Too many requests", f"Try again in {error.wait} seconds.")
            response["Retry-After"] = str(error.wait)
        except (Http404, SessionNotFound, SeriesNotFound, RegistrationNotFound):  # deleted meanwhile
            response = message(
                request, 404, "There is no such page", "The link may be incomplete, or no longer good."
            )
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def message(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:  # noqa: ANN401 - of the template
    """A page that says one thing."""
    return render(request, "sessions/message.html", {"title": title, "text": text, **more}, status=status)


def _limits(request: HttpRequest) -> list[Limit]:
    address = _network(request.META.get("REMOTE_ADDR", ""))
    limits = [Limit("address", f"liveplatform:pages:{address}", PER_MINUTE)]
    if request.method == "POST":
        limits.append(Limit("address", f"liveplatform:forms:{address}", FORMS_PER_MINUTE))
    return limits


def _network(address: str) -> str:
    """Whose address it is, for counting."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)


def _is_own_form(request: HttpRequest) -> bool:
    """Whether browsers say that the form is ours. Forms carry a signed token besides."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "")
    if origin == "null":  # of a frame without an origin, or a browser that hides it
        return "Sec-Fetch-Site" in request.headers
    return not origin or urlsplit(origin).netloc == request.get_host()
