"""The body of a provider's answer: read within a limit, and taken for JSON only if it is declared as that."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests

READ_SIZE = 64 * 1024
# Bytes of a plain text that an ErrorReader gets to see.
MAX_PLAIN_TEXT = 4000


class ResponseTooLarge(requests.RequestException):
    """The body is larger than the limit."""


def read_body(response: requests.Response, max_bytes: int) -> bytes:
    """The whole body; if it is too large the connection is closed."""
    body = b""
    while chunk := response.raw.read1(READ_SIZE, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            response.close()
            raise ResponseTooLarge
    return body


def parse_json(response: requests.Response, body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None for anything else, and for one that is declared as something else.

    204 says that there is no body: an empty object.
    """
    if response.status_code == HTTPStatus.NO_CONTENT and not body:
        return {}
    media_type = _media_type(response)
    if media_type and not (media_type.endswith("/json") or media_type.endswith("+json")):
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def plain_text(response: requests.Response, body: bytes) -> str:
    """A short body that is declared as plain text, or as nothing; "" for any other."""
    is_plain = _media_type(response) in ("", "text/plain") and len(body) <= MAX_PLAIN_TEXT
    return body.decode(errors="replace").strip() if is_plain else ""


def _media_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def error_number(body: Mapping[str, Any], name: str = "code") -> str:
    """The error code of a company that numbers its errors; "" if the body has none."""
    code = body.get(name)
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else ""
