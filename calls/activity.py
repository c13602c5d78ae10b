"""Writing down who did what to a call, in the transaction that does it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow

from calls.models.activity import Activity
from calls.models.call import Call
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import sql_uuid7, uuid7

# What is done to calls, in the words of their timelines.
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

INSERT_MANY = f"""
INSERT INTO calls_activity (id, call_id, created_at, actor, verb, detail)
SELECT {sql_uuid7("%(time)s::uuid")}, call, now(), %(actor)s, %(verb)s, %(detail)s
FROM unnest(%(calls)s::uuid[]) AS call
"""  # noqa: S608 - composed of constants


def record(call_id: UUID, actor: str, verb: str, detail: str = "") -> None:
    """`by` is "key:…", "staff:…" and the like; `detail` is for people, and holds nothing secret.

    Its time is that of the transaction, as the end of a call has it.
    """
    Activity.objects.create(call_id=call_id, created_at=TransactionNow(), **_fields(actor, verb, detail))


def record_many(call_ids: Iterable[UUID], actor: str, verb: str, detail: str = "") -> None:
    """The same of several calls, in one statement."""
    execute_prepared(INSERT_MANY, {"calls": list(call_ids), "time": uuid7(), **_fields(actor, verb, detail)})


def record_superseded_confirmation(call: Call, at: datetime, status: str) -> None:
    """The provider's word that the call is over gives way to a later one, on the call's own row."""
    Activity.objects.create(
        call=call, created_at=at, actor=f"provider:{call.provider}", verb=END_CONFIRMED, detail=status
    )


def _fields(actor: str, verb: str, detail: str) -> dict[str, str]:
    return {"actor": actor[:80], "verb": verb[:40], "detail": detail[:MAX_DETAIL_LENGTH]}
