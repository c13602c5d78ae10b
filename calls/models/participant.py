"""Participant: somebody who was in a call's room; and each stay there."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.db.uuid7 import uuid7


class Participant(models.Model):
    """A user in one call: all stays together. Written by calls/attendance."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="participants", db_index=False)
    identity = models.CharField(max_length=255, help_text="The user id with which they joined.")
    name = models.CharField(max_length=255, blank=True, default="", db_default="")
    role = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="The provider's.")
    first_joined_at = models.DateTimeField(null=True, blank=True)
    last_left_at = models.DateTimeField(null=True, blank=True, help_text="Empty while they are in the room.")
    seconds = models.PositiveIntegerField(
        default=0, db_default=0, help_text="In the room, over closed stays."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "identity"], name="participant_once_in_a_call")
        ]

    def __str__(self) -> str:
        return self.name or self.identity


class Stay(models.Model):
    """One stay of a participant: from joining to leaving, by the provider's clock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="stays", db_index=False)
    provider_id = models.CharField(
        max_length=80, help_text="GetStream's user_session_id, LiveKit's participant sid."
    )
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "provider_id"], name="stay_once")]

    def __str__(self) -> str:
        return self.provider_id
