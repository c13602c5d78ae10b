"""The parser of `/calls/end` and `/v1/calls/{id}/end`: no end is refused because of its reason."""

import json
from collections.abc import Mapping
from typing import IO, Any

from liveplatform.api.exceptions import InvalidJson
from liveplatform.api.parsers import JSONParser, read_body


class EndBodyParser(JSONParser):
    """A JSON object of at most MAX_BODY bytes, without the limits on depth, numbers and characters.

    Raises TooLarge or InvalidJson. An empty body is an empty object.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        raw = read_body(stream)
        try:
            # Python's own parser: orjson takes neither half a surrogate pair nor deep nests.
            data = json.loads(raw or b"{}")
        except (ValueError, RecursionError) as error:
            raise InvalidJson("The body is not valid JSON.") from error
        if not isinstance(data, dict):
            raise InvalidJson("The body must be a JSON object.")
        return data
