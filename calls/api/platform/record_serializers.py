"""A call's whole record as the platform's own API takes it in and gives it out."""

from typing import Any

from rest_framework import serializers

from calls.api.fields import MetadataField
from calls.models import Call
from calls.representation import CallSerializer, represent_call
from liveplatform.api.serializers import CleanCharField, StrictSerializer

MAX_TEXT_LENGTH = 20_000


class AnnotationRequest(StrictSerializer):
    """What people say of a call."""

    notes = CleanCharField(required=False, allow_blank=True, allow_null=True, max_length=MAX_TEXT_LENGTH)
    feedback = CleanCharField(required=False, allow_blank=True, allow_null=True, max_length=MAX_TEXT_LENGTH)
    rating = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    metadata = MetadataField(required=False)

    def changes(self) -> dict[str, Any]:
        """What to write, once valid: null clears, and a text that is not there is empty on record."""
        texts = {"notes", "feedback"}
        return {name: value or "" if name in texts else value for name, value in self.validated_data.items()}


class RecordSerializer(CallSerializer):
    """A call with all that is on record of it."""

    created_by = serializers.CharField(allow_null=True, help_text='Such as "key:…".')
    updated_at = serializers.DateTimeField()
    time_limit = serializers.IntegerField(allow_null=True, help_text="Seconds from its start.")
    empty_since = serializers.DateTimeField(allow_null=True, help_text="Since when nobody is in its room.")
    end_requested_at = serializers.DateTimeField(allow_null=True)
    provider_seen_at = serializers.DateTimeField(allow_null=True, help_text="The provider's last word.")
    extension = serializers.CharField(allow_null=True, help_text="What was dialled once `to` answered.")
    notes = serializers.CharField(allow_null=True)
    feedback = serializers.CharField(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)
    recording_ready_at = serializers.DateTimeField(allow_null=True)
    recording_expires_at = serializers.DateTimeField(allow_null=True, help_text="When its link perishes.")


class RecordingSerializer(serializers.Serializer[dict[str, Any]]):
    """A file that is ready at the provider."""

    id = serializers.CharField(help_text="The provider's.")
    url = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    ready_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When its link perishes.")


class RecordingsSerializer(serializers.Serializer[dict[str, Any]]):
    """All recordings of a call."""

    recordings = RecordingSerializer(many=True)


def describe_record(call: Call) -> dict[str, Any]:
    """A call as JSON, with all that is on record of it."""
    plain = ("updated_at", "time_limit", "empty_since", "end_requested_at", "provider_seen_at", "rating")
    texts = ("created_by", "extension", "notes", "feedback")
    return (
        represent_call(call)
        | {name: getattr(call, name) for name in plain}
        | {name: getattr(call, name) or None for name in texts}
        | {"recording_ready_at": call.recording_ready_at, "recording_expires_at": call.recording_expires_at}
    )
