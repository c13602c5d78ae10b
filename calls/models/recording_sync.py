"""RecordingCheck: looking at the provider for what was recorded."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.work.models import Work


class RecordingSync(Work):
    """A call's provider is asked what was recorded: after the call, and before known links perish."""

    queue: ClassVar[str] = "recording_syncs"

    call = models.OneToOneField(Call, models.CASCADE, related_name="recording_sync")
