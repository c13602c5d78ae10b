"""Bodies are read to their end before an answer goes out, whoever did not want them.

A refusal (401, 404, 405, 415) comes before its body is read. The server cannot find the next request on
a connection that still holds one, and would close it without a word: so the rest is read here, and where
it is longer than any body may be, the answer says `Connection: close`.
"""

from collections.abc import Callable
from io import BytesIO

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from liveplatform.api.parsers import MAX_BODY

CHUNK_SIZE = 64 * 1024


class DrainRequestBody:
    """Middleware: nothing is left on the connection, or it is closed for all to see."""

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
    """A body in chunks as one of a known length; else Django and DRF take it for none."""
    chunks, length = request.META["wsgi.input"], 0
    body = BytesIO()
    while length <= MAX_BODY and (part := chunks.read(CHUNK_SIZE)):
        length += body.write(part)
    body.seek(0)
    request._stream = body
    request.META["CONTENT_LENGTH"] = str(length)


def _drain(request: HttpRequest) -> bool:
    """Whether the whole body is off the connection now."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        return False
    try:
        return any(not request.read(CHUNK_SIZE) for _ in range(MAX_BODY // CHUNK_SIZE + 1))
    except UnreadablePostError:  # the client went away
        return False
