"""The JSON renderer of the API."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from liveplatform.json_codec import dumps


class JSONRenderer(BaseRenderer):
    """JSON by liveplatform.json_codec (orjson)."""

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
