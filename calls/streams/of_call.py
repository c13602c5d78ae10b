"""The streams of calls that have ended, as far as the step `clean_up` reads them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from calls.models.media_stream import OPEN_STATUSES, MediaStream


@dataclass(frozen=True)
class StreamOfCall:
    """A stream, and how far its stop has come."""

    id: UUID
    status: str
    outcome: str
    is_requested: bool

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def needs_stop(self) -> bool:
        return self.is_open and not self.is_requested

    @property
    def state(self) -> str:
        """How its stop went; of a stream that never ran: "failed"."""
        return self.outcome or self.status


def streams_of(call_ids: Iterable[UUID]) -> dict[UUID, Sequence[StreamOfCall]]:
    """The streams of each of these calls, oldest first; one query."""
    ids = list(call_ids)
    found: dict[UUID, list[StreamOfCall]] = defaultdict(list)
    rows = MediaStream.objects.filter(call__in=ids).order_by("created_at", "id") if ids else ()
    for row in rows:
        stream = StreamOfCall(row.pk, row.status, row.outcome, row.stop_requested_at is not None)
        found[row.call_id].append(stream)  # type: ignore[index] # it has a call
    return dict(found)
