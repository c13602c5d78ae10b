"""The parser of `/calls/end` and `/v1/calls/{id}/end`: no end is refused because of its reason."""

import json
from typing import Any

from liveplatform.api.exceptions import InvalidJson
from liveplatform.api.parsers import JSONParser


class EndBodyParser(JSONParser):
    """A JSON object of at most MAX_BODY bytes, without the limits on depth, numbers and characters."""

    def decode(self, raw: bytes) -> Any:  # noqa: ANN401 - JSON
        try:
            # Python's own parser: orjson takes neither half a surrogate pair nor deep nests.
            return json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise InvalidJson("The body is not valid JSON.") from error
