"""Activity: the log of what was done to a call."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.db.uuid7 import uuid7


class Activity(models.Model):
    """Who did what to a call, and when; immutable, written in the transaction of the change.

    The creation and the end of a call, their actors and reasons are columns of Call.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="activities", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.CharField(max_length=80, blank=True, default="", help_text='"key:…", "staff:…", "jwt:…"')
    verb = models.CharField(max_length=40)
    detail = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["call", "created_at"], name="activity_call_created")]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"
