"""A run of a livestream in the platform's own shape: in events, and at sessions. It holds no secrets."""

from rest_framework import serializers

from calls.models import MediaStream
from liveplatform.api.serializers import PlainSerializer
from sessions_app.models import Livestream, LivestreamSession


class LivestreamRunSerializer(PlainSerializer):
    """A livestream and the run of it that this is about."""

    id = serializers.UUIDField(source="livestream.id")
    run_id = serializers.UUIDField(source="stream_id", help_text="Of the media stream, which is this run.")
    app_id = serializers.CharField(source="livestream.app_id.hex")
    meeting_id = serializers.UUIDField(source="livestream.meeting_id", allow_null=True)
    session_id = serializers.UUIDField(allow_null=True, help_text="The session whose room it shows.")
    name = serializers.CharField(source="livestream.name", allow_null=True)
    status = serializers.ChoiceField(choices=Livestream.Status.choices, source="livestream.status")
    playback_url = serializers.CharField(source="livestream.playback_url", allow_null=True)
    invoked_at = serializers.DateTimeField(source="stream.created_at")
    started_at = serializers.DateTimeField(source="stream.started_at", allow_null=True)
    expires_at = serializers.DateTimeField(
        source="stream.expires_at", help_text="It is stopped at this time at the latest."
    )
    stop_requested_at = serializers.DateTimeField(source="stream.stop_requested_at", allow_null=True)
    stopped_at = serializers.DateTimeField(source="stream.stopped_at", allow_null=True)
    outcome = serializers.ChoiceField(
        choices=MediaStream.Outcome.choices,
        source="stream.outcome",
        allow_null=True,
        help_text="Of the stop, as far as it is known.",
    )
    seconds = serializers.IntegerField(source="stream.seconds", allow_null=True, help_text="As billed.")
    error = serializers.CharField(source="stream.error", allow_null=True, help_text="Why it failed.")

    @staticmethod
    def get_session_id(run: LivestreamSession) -> object:
        meeting = run.livestream.meeting
        return meeting.session_id if meeting else None
