"""What was said in a call, and what its analysis found."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.db.uuid7 import uuid7


class Transcript(models.Model):
    """What was said, turn by turn: [{role, text, start_ms, end_ms}]."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="transcript")
    turns = models.JSONField(default=list)
    language = models.CharField(max_length=16, blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Transcript of {self.call_id}"


class Analysis(models.Model):
    """What the analysis of a call found. Each run adds a row; the newest speaks."""

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
