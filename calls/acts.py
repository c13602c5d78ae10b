"""Writing down who did what to a call, in the transaction that does it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow

from calls.models.act import Act
from calls.models.call import Call
from liveplatform.prepared import execute
from liveplatform.work.models import sql_uuid7, uuid7

# What is done to calls, in the words of their timelines.
STARTED = "started"
CHANGED = "changed"
NOTED = "noted"
RUN_AGAIN = "run again"
TRANSCRIPT_PUT = "transcript put"
TRANSCRIPT_APPENDED = "transcript appended"
PROVIDER_NOT_TOLD = "provider not told"
ANSWER_LOST = "provider's answer lost"
LEG_FOUND = "lost call found"
NEVER_MADE = "never made"
END_CONFIRMED = "end confirmed"
ENDED_BY_OPERATION = "ended by an operation"

LONGEST = 1000

NOTE_MANY = f"""
INSERT INTO calls_act (id, call_id, at, by, what, detail)
SELECT {sql_uuid7("%(time)s::uuid")}, call, now(), %(by)s, %(what)s, %(detail)s
FROM unnest(%(calls)s::uuid[]) AS call
"""  # noqa: S608 - composed of constants


def note(call_id: UUID, by: str, what: str, detail: str = "") -> None:
    """`by` is "key:…", "staff:…" and the like; `detail` is for people, and holds nothing secret.

    Its time is that of the transaction, as the end of a call has it.
    """
    Act.objects.create(call_id=call_id, at=TransactionNow(), **_words(by, what, detail))


def note_many(call_ids: Iterable[UUID], by: str, what: str, detail: str = "") -> None:
    """The same of several calls, in one statement."""
    execute(NOTE_MANY, {"calls": list(call_ids), "time": uuid7(), **_words(by, what, detail)})


def note_earlier_confirmation(call: Call, at: datetime, status: str) -> None:
    """The provider's word that the call is over gives way to a later one, on the call's own row."""
    Act.objects.create(call=call, at=at, by=f"provider:{call.provider}", what=END_CONFIRMED, detail=status)


def _words(by: str, what: str, detail: str) -> dict[str, str]:
    return {"by": by[:80], "what": what[:40], "detail": detail[:LONGEST]}
