"""The open streams of an account that is deactivated: stopped, those of calls and those of rooms alike."""

from uuid import UUID

from calls.models.media_stream import IS_OPEN, MediaStream
from calls.streams.stop import request_stops
from liveplatform.accounts.deactivation import RunningWork

REASON = "The account was deactivated."


def count_open(account_id: UUID) -> int:
    """How many streams of the account run, or may start."""
    return MediaStream.objects.filter(IS_OPEN, account_id=account_id).count()


def stop_open(account_id: UUID, actor: str) -> str:
    """Put their stops on record; workers carry them out."""
    ids = MediaStream.objects.filter(IS_OPEN, account_id=account_id).values_list("pk", flat=True)
    return f"{request_stops(ids, reason=REASON, actor=actor)} open streams are being stopped."


OPEN_STREAMS = RunningWork("open streams", count_open, stop_open)
