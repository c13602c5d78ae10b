"""The activity log of calls: who did what, written in the transaction that does it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow

from calls.models.activity import Activity
from calls.models.call import Call

# Verbs, as timelines show them.
STARTED = "started"
CHANGED = "changed"
ANNOTATED = "noted"
RERUN = "run again"
TRANSCRIPT_PUT = "transcript put"
TRANSCRIPT_APPENDED = "transcript appended"
PROVIDER_UPDATE_FAILED = "provider not told"
ANSWER_LOST = "provider's answer lost"
LOST_CALL_FOUND = "lost call found"
NEVER_MADE = "never made"
END_CONFIRMED = "end confirmed"
ENDED_BY_OPERATION = "ended by an operation"

MAX_DETAIL_LENGTH = 1000


def record(call_id: UUID, actor: str, verb: str, detail: str = "") -> None:
    """Log one activity at the time of the transaction, which is also that of an end.

    `actor` is "key:…", "staff:…", "provider:…" and the like. `detail` is shown to people: no secrets.
    Each text is cut to the length of its column.
    """
    record_many([call_id], actor, verb, detail)


def record_many(call_ids: Iterable[UUID], actor: str, verb: str, detail: str = "") -> None:
    """Log the same activity of several calls, in one statement."""
    texts = {"actor": actor[:80], "verb": verb[:40], "detail": detail[:MAX_DETAIL_LENGTH]}
    Activity.objects.bulk_create(
        Activity(call_id=call_id, created_at=TransactionNow(), **texts) for call_id in call_ids
    )


def record_superseded_confirmation(call: Call, at: datetime, status: str) -> None:
    """Log the provider's earlier confirmation of an end before a later one replaces it on the call's row."""
    Activity.objects.create(
        call=call, created_at=at, actor=f"provider:{call.provider}", verb=END_CONFIRMED, detail=status
    )
