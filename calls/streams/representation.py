"""A media stream as JSON: in the platform's own API and in events. Nothing secret is in it."""

from urllib.parse import urlsplit, urlunsplit

from rest_framework import serializers

from calls.models.media_stream import MediaStream
from liveplatform.api.serializers import PlainSerializer


class MediaStreamSerializer(PlainSerializer):
    """A media stream: every field of it that its account may see, the same in the API and in events."""

    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    call_id = serializers.UUIDField(allow_null=True, help_text="The call whose audio it carries.")
    kind = serializers.ChoiceField(choices=MediaStream.Kind.choices)
    status = serializers.ChoiceField(choices=MediaStream.Status.choices)
    outcome = serializers.ChoiceField(
        choices=MediaStream.Outcome.choices,
        allow_null=True,
        help_text="Of its stop: stopped now, was not running, accepted and not confirmed yet, or unknown.",
    )
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    stop_requested_at = serializers.DateTimeField(
        allow_null=True, help_text="On record since then; it is carried out until it has a definite outcome."
    )
    stopped_at = serializers.DateTimeField(allow_null=True)
    stop_reason = serializers.CharField(allow_null=True)
    stopped_by = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True, help_text="Why it failed.")
    max_seconds = serializers.IntegerField(help_text="It is stopped so long after its start was requested.")
    expires_at = serializers.DateTimeField()
    seconds = serializers.IntegerField(allow_null=True, help_text="Of media, once it is over.")
    minutes = serializers.IntegerField(allow_null=True, help_text="Begun minutes, as providers bill them.")
    cost = serializers.FloatField(allow_null=True)
    price_unit = serializers.CharField(allow_null=True)
    provider = serializers.CharField(allow_null=True)
    connection_id = serializers.UUIDField(allow_null=True)
    provider_stream_id = serializers.CharField(allow_null=True)
    provider_status = serializers.CharField(allow_null=True, help_text="In the provider's vocabulary.")
    seen_at = serializers.DateTimeField(allow_null=True, help_text="When the provider last listed it.")
    service_url = serializers.CharField(
        allow_null=True, help_text="The WebSocket that the audio goes to, without its query."
    )

    @staticmethod
    def get_service_url(stream: MediaStream) -> str | None:
        return public_url(stream.parameters.get("service_url", ""))


def public_url(url: str) -> str | None:
    """A URL without user, password, query and fragment, where credentials may stand; None if it is empty."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")) or None
