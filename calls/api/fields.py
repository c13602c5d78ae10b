"""Fields that several call APIs share."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls.lifecycle.update import MAX_METADATA_BYTES
from calls.models.end_code import MAX_REASON_LENGTH, EndCode
from liveplatform.api.serializers import InstantField, JSONObjectField
from liveplatform.json_codec import dumps

MAX_SCHEDULE_DISTANCE = timedelta(days=3653)


class TimeLimitField(serializers.IntegerField):
    """A call's time limit in seconds, 1 to 86,400; null: the account's default."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        text = "Seconds from its start until the call is ended; default: the account's own."
        super().__init__(min_value=1, max_value=86_400, allow_null=True, help_text=text, **kwargs)


class ScheduledAtField(InstantField):
    """The time at which a call is to start, at most ten years ahead: dates computed from it stay valid."""

    default_error_messages = {
        "far": "This must be within ten years from now.",
        "past": "This is in the past. Leave scheduled_at out to start the call now.",
    }

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401
        time: datetime = super().to_internal_value(value)
        distance = time - timezone.now()
        if distance < timedelta():
            self.fail("past")
        if distance > MAX_SCHEDULE_DISTANCE:
            self.fail("far")
        return time


class MetadataField(JSONObjectField):
    """The customer's own JSON object, at most MAX_METADATA_BYTES of JSON."""

    default_error_messages = {"large": f"This is more than {MAX_METADATA_BYTES:,} bytes of JSON."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        metadata = super().to_internal_value(data)
        if len(dumps(metadata)) > MAX_METADATA_BYTES:
            self.fail("large")
        return metadata


@extend_schema_field({"type": "string"})
class ReasonField(serializers.Field[str, Any, str, Any]):
    """Why a call ends. Never invalid: long text is cut, and what is no text is left out."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - whatever was sent
        if not isinstance(data, str):
            return ""
        storable = data.replace("\0", "").encode(errors="replace").decode()
        return storable.strip()[:MAX_REASON_LENGTH]


@extend_schema_field({"type": "string", "enum": EndCode.values})
class EndCodeField(serializers.Field[EndCode, Any, EndCode, Any]):
    """The code of an end. Never invalid: what is no code is ended_by_api."""

    def to_internal_value(self, data: Any) -> EndCode:  # noqa: ANN401 - whatever was sent
        is_known = isinstance(data, str) and data in EndCode.values
        return EndCode(data) if is_known else EndCode.ENDED_BY_API
