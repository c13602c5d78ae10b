"""Act: somebody did something to a call."""

from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from liveplatform.work.models import uuid7


class Act(models.Model):
    """Who did what to a call, and when. Written with the change itself, and never changed.

    That a call was made, and that it was ended, by whom and why, is on the call.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="acts", db_index=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.CharField(max_length=80, blank=True, default="", help_text='"key:…", "staff:…", "jwt:…"')
    what = models.CharField(max_length=40)
    detail = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["call", "at"], name="act_of_call")]

    def __str__(self) -> str:
        return f"{self.what} by {self.by}"
