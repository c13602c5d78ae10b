"""The JSON parser, with limits on size, depth and numbers."""

import re
from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from liveplatform.api.exceptions import InvalidJson, TooLarge
from liveplatform.json_codec import is_too_large

MAX_BODY = 1024 * 1024
MAX_DEPTH = 32
# \u0000 in JSON is a NUL character, unless its backslash is escaped by another one.
NUL = re.compile(rb"\0|(?<!\\)(?:\\\\)*\\u0000")


class JSONParser(BaseParser):
    """At most MAX_BODY bytes and MAX_DEPTH levels; no NUL characters, which PostgreSQL cannot store.

    Raises TooLarge or InvalidJson. An empty body is an empty object.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        raw = read_body(stream)
        data = self.decode(raw) if raw else {}
        if not isinstance(data, dict):
            raise InvalidJson("The body must be a JSON object.")
        return data

    def decode(self, raw: bytes) -> Any:  # noqa: ANN401 - JSON
        """The document of a body that is not empty. Raises InvalidJson."""
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise InvalidJson(f"The body is not valid JSON: {error}.") from error
        if _has_oversized_number(data):
            raise InvalidJson("The JSON holds a number beyond 64 bits; send it as a string.")
        if _is_deeper_than(data, MAX_DEPTH):
            raise InvalidJson(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
        if NUL.search(raw):
            raise InvalidJson("The JSON contains a NUL character (\\u0000); remove it.")
        return data


def read_body(stream: IO[Any]) -> bytes:
    """The whole body. Raises TooLarge beyond MAX_BODY bytes."""
    raw: bytes = stream.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise TooLarge
    return raw


class JSONOnlyNegotiation(BaseContentNegotiation):
    """Responses are JSON whatever the Accept header says."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:  # noqa: ANN401
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        is_json = content_type in ("", "application/json") or content_type.endswith("+json")
        return parsers[0] if is_json else None

    def select_renderer(
        self,
        request: Request,
        renderers: Any,  # noqa: ANN401
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def _has_oversized_number(data: Any) -> bool:  # noqa: ANN401
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif is_too_large(value):
            return True
    return False


def _is_deeper_than(data: Any, limit: int) -> bool:  # noqa: ANN401
    level = [data]
    for _ in range(limit):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
