"""RecordingCheck: looking at the provider for what was recorded."""

from typing import ClassVar, Self

from django.db import models

from calls.models.call import Call
from calls.recordings import sync
from liveplatform.work.models import Job, Work


class RecordingSync(Work):
    """A call's provider is asked what was recorded: after the call, and before known links perish."""

    queue: ClassVar[str] = "recording_syncs"

    call = models.OneToOneField(Call, models.CASCADE, related_name="recording_sync")

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        return sync.prepare(rows)

    @classmethod
    def guard(cls, rows: list[Self]) -> None:
        Call.lock(row.call_id for row in rows)

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        sync.settled(rows)

    def about(self) -> dict[str, str]:
        return {"call_id": str(self.call_id)}
