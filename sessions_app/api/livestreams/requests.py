"""What clients send to the livestreams API. Unknown fields and parameters are ignored, as the vendor does."""

import re
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from liveplatform.api.examples import request_example
from liveplatform.api.serializers import CleanCharField, IdField, InstantField, JSONObjectField
from liveplatform.webhooks.validators import validate_url
from sessions_app.api.livestreams.pagination import PageNumberQuery
from sessions_app.livestreams.webhooks import EVENTS
from sessions_app.models import Livestream, Meeting

MAX_RTMP_URL = 2000
RTMP_URL = re.compile(r"rtmps?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[\x21-\x7e]+")
LATEST = 253_402_300_799  # the end of the year 9999
NEWEST_FIRST = ("DSC", "DESC")


class WhenField(InstantField):
    """A time in ISO 8601, in UTC if it names no zone."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return super().enforce_timezone(value.replace(tzinfo=UTC) if value.tzinfo is None else value)


class UnixTimeField(WhenField):
    """A time as Unix seconds, or in ISO 8601."""

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401 - whatever was sent
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= LATEST:
            return datetime.fromtimestamp(int(text), UTC)
        return super().to_internal_value(value)


class SortedQuery(PageNumberQuery):
    """A page, and in which order."""

    sort_order = serializers.ChoiceField(
        choices=("ASC", *NEWEST_FIRST), required=False, default="DSC", help_text="By the time of creation."
    )


class AppQuery(SortedQuery):
    """Which apps."""

    search = CleanCharField(required=False, allow_blank=True, max_length=200, help_text="In the name.")


class MeetingQuery(PageNumberQuery):
    """Which meetings."""

    start_time = WhenField(required=False, help_text="Only those made at or after this time.")
    end_time = WhenField(required=False, help_text="Only those made before this time.")
    search = CleanCharField(
        required=False, allow_blank=True, max_length=200, help_text="The id, or a part of the title."
    )
    status = serializers.ChoiceField(choices=Meeting.Status.choices, required=False)


class LivestreamQuery(SortedQuery):
    """Which livestreams."""

    exclude_meetings = serializers.BooleanField(
        required=False, default=False, help_text="Only those without a meeting."
    )
    status = serializers.ChoiceField(choices=Livestream.Status.choices, required=False)
    start_time = WhenField(required=False, help_text="Only those made at or after this time.")
    end_time = WhenField(required=False, help_text="Only those made before this time.")


class AnalyticsQuery(serializers.Serializer[Any]):
    """Of which time; the last 30 days, unless said."""

    start_time = UnixTimeField(required=False, help_text="Unix seconds, or ISO 8601.")
    end_time = UnixTimeField(required=False, help_text="Unix seconds, or ISO 8601.")


class AppRequest(serializers.Serializer[Any]):
    """A new app."""

    name = CleanCharField(max_length=200)
    connection_id = IdField(
        required=False,
        allow_null=True,
        help_text="Ours: over which connection its meetings are broadcast; default: the first that can.",
    )


class LiveStreamingConfig(serializers.Serializer[Any]):
    """Where a meeting is broadcast to."""

    rtmp_url = serializers.RegexField(
        RTMP_URL,
        required=False,
        allow_null=True,
        max_length=MAX_RTMP_URL,
        error_messages={"invalid": "Give an address such as rtmp://host/app/key or rtmps://host/app/key."},
    )


class RecordingConfigField(JSONObjectField):
    """The vendor's settings of recordings; of these the RTMP URL is used."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401
        config = super().to_internal_value(data)
        streaming = config.get("live_streaming_config")
        if streaming is not None:
            checked = LiveStreamingConfig(data=streaming)
            if not checked.is_valid():
                raise serializers.ValidationError({"live_streaming_config": checked.errors})
        return config


class MeetingRequest(serializers.Serializer[Any]):
    """A new meeting, or all of one. `session_id` binds it to a session, whose room it then is."""

    title = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    persist_chat = serializers.BooleanField(required=False)
    record_on_start = serializers.BooleanField(required=False)
    live_stream_on_start = serializers.BooleanField(
        required=False, help_text="With a session: its livestream starts when the session does."
    )
    session_keep_alive_time_in_secs = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    summarize_on_end = serializers.BooleanField(required=False)
    transcribe_on_end = serializers.BooleanField(required=False)
    ai_config = JSONObjectField(required=False, allow_null=True)
    recording_config = RecordingConfigField(
        required=False,
        allow_null=True,
        help_text="`live_streaming_config.rtmp_url` is where it is broadcast to, besides its own player.",
    )
    session_id = IdField(required=False, allow_null=True, help_text="Ours: one of the account's sessions.")


class MeetingChange(MeetingRequest):
    """What is to change of a meeting."""

    status = serializers.ChoiceField(choices=Meeting.Status.choices, required=False)


class VideoConfig(serializers.Serializer[Any]):
    """The picture's size in pixels."""

    height = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=4320)
    width = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=7680)


class StartRequest(serializers.Serializer[Any]):
    """All of it is optional."""

    name = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=200)
    video_config = VideoConfig(required=False, allow_null=True)


@request_example(
    "Told of livestreams",
    {
        "name": "our back end",
        "url": "https://app.example.com/livestreams",
        "events": ["livestreaming.statusUpdate"],
    },
)
class WebhookRequest(serializers.Serializer[Any]):
    """Who is told of what."""

    name = CleanCharField(max_length=200)
    url = CleanCharField(validators=[validate_url])
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EVENTS)), allow_empty=False, max_length=50
    )
    enabled = serializers.BooleanField(required=False, default=True)

    def validate_events(self, names: list[str]) -> list[str]:
        return list(dict.fromkeys(names))
