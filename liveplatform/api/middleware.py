"""Drains unread request bodies, so that keep-alive connections stay usable.

An error response (401, 404, 405, 415) is sent before the body is read. The web server cannot find the next
request behind an unread body and would close the connection: the rest is read here, up to MAX_BODY; beyond
that the response says `Connection: close`.
"""

from collections.abc import Callable
from io import BytesIO

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from liveplatform.api.parsers import MAX_BODY

CHUNK_SIZE = 64 * 1024


class DrainRequestBody:
    """Middleware: reads what is left of the body, or announces that the connection closes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            _buffer_chunked(request)
        response = self.get_response(request)
        if not _drain(request):
            response["Connection"] = "close"
        return response


def _buffer_chunked(request: HttpRequest) -> None:
    """Buffer a chunked body and set CONTENT_LENGTH: without it Django and DRF see no body."""
    chunks, length = request.META["wsgi.input"], 0
    body = BytesIO()
    while length <= MAX_BODY and (part := chunks.read(CHUNK_SIZE)):
        length += body.write(part)
    body.seek(0)
    request._stream = body
    request.META["CONTENT_LENGTH"] = str(length)


def _drain(request: HttpRequest) -> bool:
    """Read the rest of the body. Returns whether all of it has been read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        return False
    try:
        return any(not request.read(CHUNK_SIZE) for _ in range(MAX_BODY // CHUNK_SIZE + 1))
    except UnreadablePostError:  # the client went away
        return False
