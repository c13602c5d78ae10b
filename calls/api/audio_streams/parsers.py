"""Bodies as JSON or as a form: which one, the Content-Type says."""

from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import parse_qsl

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from liveplatform.api.exceptions import InvalidJson
from liveplatform.api.parsers import JSONOnlyNegotiation, JSONParser, read_body

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000


class FormParser(BaseParser):
    """A form of single values: of a repeated name the last one counts."""

    media_type = FORM

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        raw = read_body(stream)
        try:
            fields = dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError as error:
            raise InvalidJson("The body is no form in UTF-8 of at most 1,000 fields.") from error
        if any("\0" in text for pair in fields.items() for text in pair):
            raise InvalidJson("The form contains a NUL character; remove it.")
        return fields


class FormOrJSON(JSONOnlyNegotiation):
    """Forms are read as forms, everything else as elsewhere. The OpenAPI document describes the JSON."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:  # noqa: ANN401
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        if content_type == FORM:
            return FormParser()
        return super().select_parser(request, parsers or [JSONParser()])
