"""Transcript and Analysis of a call."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.db.uuid7 import uuid7


class Transcript(models.Model):
    """The turns of a call: [{role, text, start_ms, end_ms}], times in milliseconds from its start."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="transcript")
    turns = models.JSONField(default=list)
    language = models.CharField(max_length=16, blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Transcript of {self.call_id}"


class Analysis(models.Model):
    """The result of one analysis of a call. Each run adds a row; the newest one is shown."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="analyses")
    metrics = models.JSONField(default=dict)
    sentiment = models.JSONField(default=dict)
    analyser = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "analyses"
        indexes = [models.Index(fields=["call", "-created_at"], name="analysis_of_call")]

    def __str__(self) -> str:
        return f"{self.analyser} {self.version}: {self.sentiment.get('label', 'unknown')}"
