"""RecordingSync: asks a call's provider for its recordings."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.work.models import Work


class RecordingSync(Work):
    """Asks the provider for a call's recordings: after the call, and before known links expire."""

    queue: ClassVar[str] = "recording_syncs"

    call = models.OneToOneField(Call, models.CASCADE, related_name="recording_sync")
