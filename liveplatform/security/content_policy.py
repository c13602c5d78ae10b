"""Content-Security-Policy of every HTML page: the admin and the API's documentation.

Scripts, styles and requests of the page's own origin alone; nothing inline but a `<style>` or `<script>` of a
template with `nonce="{{ request.csp_nonce }}"`. No page may be framed.
"""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

HEADER = "Content-Security-Policy"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
WITH_NONCE = ("script-src", "style-src")


class ContentSecurityPolicy:
    """Middleware: adds the header to HTML responses that have none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonces: list[str] = []
        request.csp_nonce = SimpleLazyObject(lambda: _new(nonces))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(HEADER, policy("".join(nonces)))
        return response


def policy(nonce: str = "") -> str:
    """The header's value; inline elements with this nonce are allowed."""
    extra = dict.fromkeys(WITH_NONCE, f" 'nonce-{nonce}'") if nonce else {}
    return "; ".join(f"{name} {sources}{extra.get(name, '')}" for name, sources in POLICY.items())


def _new(nonces: list[str]) -> str:
    """Make the one nonce of a request, when a template first asks for it."""
    nonces.append(secrets.token_urlsafe(16))
    return nonces[0]
