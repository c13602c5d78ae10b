"""DrainRequestBody: unread bodies are read, or the response announces that the connection closes."""

from io import BytesIO

import pytest
from django.http import HttpRequest, HttpResponse

from liveplatform.api.middleware import DrainRequestBody
from liveplatform.api.parsers import MAX_BODY


def passed(rf, body: bytes, view=lambda request: HttpResponse(), **meta) -> tuple[HttpRequest, HttpResponse]:
    request = rf.generic("POST", "/", body, **meta)
    return request, DrainRequestBody(view)(request)


@pytest.mark.parametrize("size", [0, 1, 200_000, MAX_BODY])
def test_an_unread_body_is_read(rf, size):
    request, response = passed(rf, b"x" * size)
    assert "Connection" not in response
    assert request.read() == b""


def test_the_connection_closes_behind_a_body_that_is_too_large(rf):
    assert passed(rf, b"x" * (MAX_BODY + 1))[1]["Connection"] == "close"


def test_a_length_that_is_no_number_closes_the_connection(rf):
    assert passed(rf, b"x", CONTENT_LENGTH="many")[1]["Connection"] == "close"


def test_a_chunked_body_gets_a_length(rf):
    chunked = {"wsgi.input": BytesIO(b"{}"), "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    read = []
    request, response = passed(rf, b"", lambda r: read.append(r.body) or HttpResponse(), **chunked)
    assert (read, request.META["CONTENT_LENGTH"]) == ([b"{}"], "2")
    assert "Connection" not in response
