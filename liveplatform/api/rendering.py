"""JSON out, by orjson: times as RFC 3339 with Z, UUIDs and decimals as JSON has them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def dumps(data: Any) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """JSON as bytes."""
    return orjson.dumps(data, default=_other, option=OPTIONS)


class JSONRenderer(BaseRenderer):
    """The one renderer of the API."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,  # noqa: ANN401
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dumps(data)


def _other(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
