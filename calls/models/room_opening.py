"""RoomOpening: a room that was asked for at a provider, until it is known whose it is."""

from typing import ClassVar

from django.db import models

from liveplatform.accounts.models import Connection
from liveplatform.work.models import Work


class RoomOpening(Work):
    """Written before a provider is asked to open a room, and deleted with the answer.

    If the answer is late or lost, a worker deletes the room, so that none stays at the provider for ever.
    """

    queue: ClassVar[str] = "room_openings"
    # For hours, like the end of a call: a provider may be away for long.
    MAX_ATTEMPTS: ClassVar[int] = 40

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    # Not a foreign key: a video call's row is written when its room is open.
    call_id = models.UUIDField(help_text="The call that the room is, or was to be, for.")
    room_type = models.CharField(max_length=64)
    room_id = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"opening of room {self.room_id}"

    @classmethod
    def initial_max_attempts(cls) -> int:
        return cls.MAX_ATTEMPTS
