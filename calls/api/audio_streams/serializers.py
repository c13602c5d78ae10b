"""Requests and answers of streams. Requests are read leniently; answers have the documented keys only.

Sources: docs.vobiz.ai/audio-streams/…, docs.plivo.com/docs/voice/api/audio-stream/…
"""

from typing import Any

from rest_framework import serializers

from calls.api.audio_streams import fields
from calls.streams.fork import ForkRequest
from liveplatform.accounts.models import MAX_STREAM_SECONDS
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer

TRACKS = ("inbound", "outbound", "both")
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}
BLANK: dict[str, Any] = OPTIONAL | {"allow_blank": True}


@request_example("Fork a call's audio", {"service_url": "wss://bot.example.com/ws", "bidirectional": True})
class StartStreamRequest(serializers.Serializer[dict[str, Any]]):
    """The start of a stream. Other fields are ignored."""

    service_url = fields.WebSocketUrlField(max_length=2000, help_text="wss://…")
    bidirectional = fields.SwitchField(
        **OPTIONAL,
        help_text="The server behind service_url may play audio into the call. true as a boolean or as text.",
    )
    audio_track = fields.WordField(
        TRACKS,
        **BLANK,
        help_text="inbound, outbound or both. Default: both, of a bidirectional stream inbound, which is the "
        "only track that such a stream forks.",
    )
    content_type = fields.CodecField(
        **BLANK,
        help_text="audio/x-l16;rate=8000, audio/x-l16;rate=16000 or audio/x-mulaw;rate=8000. Default: the "
        "first that the call's provider has of audio/x-l16;rate=8000 and audio/x-mulaw;rate=8000.",
    )
    audio_format = fields.WordField(
        tuple(fields.FORMATS), **BLANK, help_text="pcm or mulaw, both at 8 kHz: content_type in other words."
    )
    stream_timeout = serializers.IntegerField(
        min_value=1,
        max_value=MAX_STREAM_SECONDS,
        **OPTIONAL,
        help_text="Seconds after which it is stopped. Default: the account's stream_time_limit (4 hours, "
        "unless it was changed), not a day as at the vendors.",
    )
    status_callback_url = fields.CallbackUrlField(max_length=2000, **BLANK)
    status_callback_method = fields.WordField(("POST", "GET"), **BLANK)
    extra_headers = fields.ExtraHeadersField(
        **BLANK, help_text="name:value, separated by commas: handed to the server behind service_url."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("bidirectional") and attrs.get("audio_track") not in (None, "", "inbound"):
            raise serializers.ValidationError(
                {"audio_track": ["A bidirectional stream forks the inbound track: send inbound, or nothing."]}
            )
        named = fields.FORMATS.get(attrs.get("audio_format") or "")
        codec = attrs.get("content_type")
        if named and codec and named[0] != codec[0]:
            raise serializers.ValidationError(
                {"audio_format": ["audio_format and content_type name different codecs: send one of them."]}
            )
        return attrs


def fork_request(data: dict[str, Any]) -> ForkRequest:
    """What a validated StartStreamRequest asks for."""
    is_bidirectional = bool(data.get("bidirectional"))
    return ForkRequest(
        service_url=data["service_url"],
        bidirectional=is_bidirectional,
        track=data.get("audio_track") or ("inbound" if is_bidirectional else "both"),
        codec=data.get("content_type") or fields.FORMATS.get(data.get("audio_format") or ""),
        max_seconds=data.get("stream_timeout"),
        status_callback_url=data.get("status_callback_url") or "",
        status_callback_method=data.get("status_callback_method") or "POST",
        parameters=data.get("extra_headers") or {},
    )


class StartedAnswer(PlainSerializer):
    """The answer to a start, as Vobiz' prose has it."""

    message = serializers.CharField(help_text="audio streaming started")
    stream_id = serializers.CharField()


class PlivoStartedAnswer(PlainSerializer):
    """The answer to a start, as Plivo has it."""

    api_id = serializers.CharField()
    message = serializers.CharField(help_text="audio streaming started")
    stream_id = serializers.CharField()


class StreamFields(PlainSerializer):
    """The stream object, the same at both vendors."""

    stream_id = serializers.CharField()
    call_uuid = serializers.CharField()
    service_url = serializers.CharField(
        help_text="To a client without the scope write:live, without its query."
    )
    audio_track = serializers.CharField(help_text="inbound, outbound or both")
    bidirectional = serializers.BooleanField()
    content_type = serializers.CharField()
    sampling_rate = serializers.IntegerField()
    stream_timeout = serializers.IntegerField(help_text="Seconds.")
    status_callback_url = serializers.CharField(
        allow_null=True, help_text="To a client without the scope write:live, without its query."
    )
    status_callback_method = serializers.CharField()
    status = serializers.CharField(help_text="in-progress, completed or failed")
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField(allow_null=True, help_text="null while it is in progress.")
    resource_uri = serializers.CharField()


class StreamAnswer(StreamFields):
    """One stream."""

    api_id = serializers.CharField()


class StreamsAnswer(EnvelopeSerializer):
    """A page of a call's streams, newest first, as Vobiz has it."""

    page = serializers.IntegerField(help_text="Counted from 1.")
    per_page = serializers.IntegerField()
    total = serializers.IntegerField()
    objects = StreamFields(many=True)


class PlivoMeta(PlainSerializer):
    """Where the page is in the list."""

    limit = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    offset = serializers.IntegerField()
    previous = serializers.CharField(allow_null=True)
    total_count = serializers.IntegerField()


class PlivoStreamsAnswer(EnvelopeSerializer):
    """The same, as Plivo has it."""

    api_id = serializers.CharField()
    meta = PlivoMeta()
    objects = StreamFields(many=True)
