"""Lenient fields: numbers and booleans as text, empty for absent, as these vendors' clients send them."""

import re
from typing import Any, cast

from rest_framework import serializers

from calls.streams.fork import Codec
from liveplatform.api.serializers import CleanCharField
from liveplatform.egress.url_policy import DestinationForbidden, check_url, check_websocket_url

MAX_HEADERS_BYTES = 512
HEADER = re.compile(r"([A-Za-z0-9]+)\s*[:=]\s*([A-Za-z0-9]+)")
CODECS: dict[str, Codec] = {
    "audio/x-l16;rate=8000": ("x-l16", 8000),
    "audio/x-l16;rate=16000": ("x-l16", 16000),
    "audio/x-mulaw;rate=8000": ("x-mulaw", 8000),
}
SHORT_CODECS = {
    "audio/x-l16": CODECS["audio/x-l16;rate=8000"],
    "audio/x-mulaw": CODECS["audio/x-mulaw;rate=8000"],
}
FORMATS: dict[str, Codec] = {"pcm": ("x-l16", 8000), "mulaw": ("x-mulaw", 8000)}


class TextField(CleanCharField):
    """Text, or a number taken as one: a form has no numbers, and JSON clients send phone numbers as such."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - whatever was sent
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)


class WordField(TextField):
    """One of some words, in upper or lower case."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:  # noqa: ANN401 - as every field's
        super().__init__(**kwargs)
        self.words = words

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        text = super().to_internal_value(data)
        found = next((word for word in self.words if word.lower() == text.lower()), None)
        if found is None:
            raise serializers.ValidationError(f"Give {' or '.join(self.words)}.")
        return found


class SwitchField(serializers.BooleanField):
    """true or false, as a boolean or as text in any case."""

    def to_internal_value(self, data: Any) -> bool:  # noqa: ANN401
        return bool(super().to_internal_value(data.strip().lower() if isinstance(data, str) else data))


class WebSocketUrlField(TextField):
    """A WebSocket that may be streamed to."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        try:
            return check_websocket_url(super().to_internal_value(data))
        except DestinationForbidden as error:
            raise serializers.ValidationError(str(error)) from error


class CallbackUrlField(TextField):
    """An address that may be called."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        text = super().to_internal_value(data)
        try:
            return check_url(text) if text else ""
        except DestinationForbidden as error:
            raise serializers.ValidationError(str(error)) from error


class CodecField(TextField):
    """`audio/x-l16;rate=8000`, `…rate=16000` or `audio/x-mulaw;rate=8000`."""

    def to_internal_value(self, data: Any) -> Codec | None:  # type: ignore[override] # noqa: ANN401
        text = re.sub(r"\s", "", super().to_internal_value(data)).lower()
        codec = (CODECS | SHORT_CODECS).get(text)
        if text and codec is None:
            raise serializers.ValidationError(f"Give one of {', '.join(CODECS)}.")
        return codec


class ExtraHeadersField(TextField):
    """`name:value` or `name=value`, separated by commas; or a JSON object. Of letters and digits only."""

    def to_internal_value(self, data: Any) -> dict[str, str]:  # type: ignore[override] # noqa: ANN401
        if isinstance(data, dict):
            data = ",".join(f"{name}:{value}" for name, value in data.items())
        text = super().to_internal_value(data)
        if len(text.encode()) > MAX_HEADERS_BYTES:
            raise serializers.ValidationError(f"Give at most {MAX_HEADERS_BYTES} bytes.")
        pairs = [HEADER.fullmatch(part.strip()) for part in text.split(",") if part.strip()]
        if not all(pairs):
            raise serializers.ValidationError(
                "Give name:value pairs, separated by commas, of letters A-Z, a-z and digits only."
            )
        return {pair[1]: pair[2] for pair in cast("list[re.Match[str]]", pairs)}
