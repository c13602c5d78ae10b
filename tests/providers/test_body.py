"""Bodies: JSON only where it is declared as JSON or as nothing, a short plain text beside it."""

import pytest
import requests

from providers.body import MAX_PLAIN_TEXT, error_number, parse_json, plain_text


def answer(media_type):
    response = requests.Response()
    if media_type:
        response.headers["Content-Type"] = media_type
    return response


@pytest.mark.parametrize(
    ("media_type", "body", "found"),
    [
        ("application/json; charset=utf-8", b'{"a": 1}', {"a": 1}),
        ("application/problem+json", b"{}", {}),
        ("", b'{"a": 1}', {"a": 1}),
        ("text/html", b'{"a": 1}', None),
        ("text/plain", b'{"a": 1}', None),
        ("application/json", b"", None),
        ("application/json", b"[1]", None),
        ("application/json", b"<html>", None),
        ("application/json", b"[" * 500_000, None),
    ],
)
def test_a_json_object_that_is_declared_as_json(media_type, body, found):
    assert parse_json(answer(media_type), body) == found


@pytest.mark.parametrize(
    ("media_type", "body", "found"),
    [
        ("text/plain; charset=utf-8", b" no token \n", "no token"),
        ("", b"no token", "no token"),
        ("text/html", b"no token", ""),
        ("text/plain", b"x" * (MAX_PLAIN_TEXT + 1), ""),
    ],
)
def test_a_short_plain_text(media_type, body, found):
    assert plain_text(answer(media_type), body) == found


@pytest.mark.parametrize(
    ("code", "text"), [(20404, "20404"), (-1, "-1"), ("16", ""), (True, ""), (None, ""), ([], "")]
)
def test_an_error_number_is_a_number(code, text):
    assert error_number({"code": code}) == text


def test_204_is_an_empty_object():
    response = requests.Response()
    response.status_code = 204
    assert parse_json(response, b"") == {}
    assert parse_json(response, b"{") is None
