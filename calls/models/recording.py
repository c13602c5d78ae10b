"""Recording: a recording of a call that is ready at its provider."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.db.uuid7 import uuid7


class Recording(models.Model):
    """One file; a call may have several, and shows the newest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="recordings", db_index=False)
    provider_id = models.CharField(max_length=300, help_text="The provider's id, or its file name.")
    url = models.TextField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    duration = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When its link expires.")
    ready_at = models.DateTimeField(db_default=Now(), help_text="When it was first reported.")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "provider_id"], name="recording_once")]

    def __str__(self) -> str:
        return f"Recording of {self.call_id}"
