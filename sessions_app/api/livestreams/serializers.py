"""Answers of the livestreams API. Field names and shapes are the vendor's."""

from functools import cache
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer
from sessions_app.api.livestreams.pagination import PagingSerializer
from sessions_app.livestreams.meetings import recording_config
from sessions_app.models import Livestream, LivestreamSession, Meeting

# The vendor's REST API has no OFFLINE, which its webhooks have: what does not run is IDLE.
REST_STATUS = ("LIVE", "IDLE", "ERRORED", "INVOKED")


class AppSerializer(PlainSerializer):
    """An app."""

    id = serializers.CharField(source="app_id")
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class CreatedAppSerializer(PlainSerializer):
    """An app that was just made: one level deeper than elsewhere."""

    app = AppSerializer(source="*")


class MeetingSerializer(PlainSerializer):
    """A meeting. `session_id` is ours: the session whose room it is."""

    id = serializers.UUIDField()
    title = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=Meeting.Status.choices)
    persist_chat = serializers.BooleanField()
    record_on_start = serializers.BooleanField()
    live_stream_on_start = serializers.BooleanField()
    session_keep_alive_time_in_secs = serializers.IntegerField(allow_null=True)
    summarize_on_end = serializers.BooleanField()
    transcribe_on_end = serializers.BooleanField()
    ai_config = serializers.DictField(allow_null=True)
    recording_config = serializers.DictField(
        allow_null=True, help_text="The RTMP URL is masked without the scope write:live."
    )
    session_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


SETTINGS: dict[str, Any] = {
    "persist_chat": False,
    "record_on_start": False,
    "live_stream_on_start": False,
    "session_keep_alive_time_in_secs": None,
    "summarize_on_end": False,
    "transcribe_on_end": False,
    "ai_config": None,
}


def write_meeting(meeting: Meeting, *, may_write: bool) -> dict[str, Any]:
    settings = {name: meeting.settings.get(name, default) for name, default in SETTINGS.items()}
    recording = recording_config(meeting, may_write=may_write)
    return MeetingSerializer.write_fields(meeting, recording_config=recording, **settings)


class StartedSerializer(PlainSerializer):
    """A livestream that was started, or runs already."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=REST_STATUS)
    ingest_server = serializers.CharField(allow_null=True)
    stream_key = serializers.CharField(allow_null=True)
    playback_url = serializers.CharField(allow_null=True)


class LivestreamSerializer(PlainSerializer):
    """A livestream. Its ingest server and stream key are null without the scope write:live."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=REST_STATUS)
    meeting_id = serializers.UUIDField(allow_null=True)
    ingest_server = serializers.CharField(allow_null=True)
    stream_key = serializers.CharField(allow_null=True)
    playback_url = serializers.CharField(allow_null=True)
    disabled = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def write_livestream(livestream: Livestream, *, may_write: bool) -> dict[str, Any]:
    return LivestreamSerializer.write_fields(livestream, **_private(livestream, may_write))


def write_started(livestream: Livestream, *, is_new: bool) -> dict[str, Any]:
    """As the vendor answers a start: what was started now is INVOKED, its media flows a moment later."""
    status = Livestream.Status.INVOKED if is_new else livestream.status
    return StartedSerializer.write_fields(livestream, **(_private(livestream, True) | {"status": status}))


def _private(livestream: Livestream, may_write: bool) -> dict[str, Any]:
    is_offline = livestream.status == Livestream.Status.OFFLINE
    return {
        "status": Livestream.Status.IDLE if is_offline else livestream.status,
        "ingest_server": (livestream.ingest_server or None) if may_write else None,
        "stream_key": (livestream.stream_key or None) if may_write else None,
    }


class RunSerializer(PlainSerializer):
    """A livestream session: one run of a livestream."""

    id = serializers.UUIDField(source="stream_id")
    livestream_id = serializers.UUIDField()
    err_message = serializers.CharField(source="stream.error", allow_null=True)
    invoked_time = serializers.DateTimeField(source="stream.created_at")
    started_time = serializers.DateTimeField(source="stream.started_at", allow_null=True)
    stopped_time = serializers.DateTimeField(source="stream.stopped_at", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(source="stream.updated_at")
    ingest_seconds = serializers.IntegerField()
    viewer_seconds = serializers.IntegerField()

    @staticmethod
    def get_ingest_seconds(run: LivestreamSession) -> int:
        """As billed; of a run that goes on, since it began."""
        stream = run.stream
        if stream.seconds is not None or stream.started_at is None:
            return stream.seconds or 0
        return max(0, round((timezone.now() - stream.started_at).total_seconds()))


class LivestreamWithRunsSerializer(PlainSerializer):
    """A livestream with a page of its sessions; `session` is the newest of them."""

    livestream = LivestreamSerializer()
    session = RunSerializer(allow_null=True)
    sessions = RunSerializer(many=True)
    paging = PagingSerializer()


class LivestreamWithRunSerializer(PlainSerializer):
    """A livestream and its session that runs."""

    livestream = LivestreamSerializer()
    session = RunSerializer()


class MessageSerializer(PlainSerializer):
    """What has happened, in words."""

    message = serializers.CharField()


class OverallSerializer(PlainSerializer):
    """Sums over livestreams."""

    count = serializers.IntegerField()
    total_ingest_seconds = serializers.IntegerField()
    total_viewer_seconds = serializers.IntegerField()


class DaySerializer(OverallSerializer):
    """Sums over the livestream sessions of one day."""

    date = serializers.DateField()


class WebhookSerializer(PlainSerializer):
    """A webhook."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    enabled = serializers.BooleanField()
    events = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@cache
def answer_of(data: type[PlainSerializer]) -> type[PlainSerializer]:
    """The schema of `{success, data}`."""
    name = data.__name__.removesuffix("Serializer")
    fields = {"success": serializers.BooleanField(), "data": data()}
    doc = {"__doc__": f"`{{success, data}}` of {name}.", "__module__": __name__}
    return type(f"Livestreams{name}Answer", (PlainSerializer,), fields | doc)


@cache
def list_of(data: type[PlainSerializer], *, is_paged: bool = True) -> type[EnvelopeSerializer]:
    """The schema of `{success, data: […]}`, with `paging`."""
    name = data.__name__.removesuffix("Serializer")
    fields = {"success": serializers.BooleanField(), "data": data(many=True)}
    paging = {"paging": PagingSerializer()} if is_paged else {}
    doc = {"__doc__": f"A list of {name}.", "__module__": __name__}
    return type(f"Livestreams{name}List", (EnvelopeSerializer,), fields | paging | doc)


AppList = list_of(AppSerializer)
MeetingList = list_of(MeetingSerializer)
LivestreamList = list_of(LivestreamSerializer)
RunList = list_of(RunSerializer)
WebhookList = list_of(WebhookSerializer, is_paged=False)
