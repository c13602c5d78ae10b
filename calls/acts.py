"""Writing down who did what to a call, in the transaction that does it."""

from uuid import UUID

from calls.models.act import Act

# What is done to calls, in the words of their timelines.
STARTED = "started"
CHANGED = "changed"
NOTED = "noted"
RUN_AGAIN = "run again"
TRANSCRIPT_PUT = "transcript put"
TRANSCRIPT_APPENDED = "transcript appended"
PROVIDER_NOT_TOLD = "provider not told"

LONGEST = 1000


def note(call_id: UUID, by: str, what: str, detail: str = "") -> None:
    """`by` is "key:…", "staff:…" and the like; `detail` is for people, and holds nothing secret."""
    Act.objects.create(call_id=call_id, by=by[:80], what=what[:40], detail=detail[:LONGEST])
