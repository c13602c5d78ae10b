"""Register a call that was made elsewhere and has ended: a whole record in one request.

Nothing is asked of a provider. Its post-processing runs as after any end, without the steps that would act
there: the transcript is analysed, and events are published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from calls.analysis.turns import parse_turns
from calls.models import Call, Step, Transcript
from calls.models.answer import UNANSWERED_STATUSES
from calls.models.end_code import end_code_for_status
from calls.models.step import NO_STREAMS
from calls.publish import CREATED, ENDED, publish
from calls.recordings.store import upsert_many
from liveplatform.work.doorbell import ring
from providers.events import RecordingFile

HAD_ENDED = "The call had ended before it was registered."


@dataclass(frozen=True)
class PastCall:
    """How a call went, as the client reports it. `status`: one of Twilio's final statuses."""

    ended_at: datetime
    status: str = "completed"
    duration: int | None = None  # seconds; None: from the answer, or the start, to the end
    disconnect_reason: str = ""
    cost: Decimal | None = None
    price_unit: str = ""
    rating: int | None = None
    feedback: str = ""
    turns: Sequence[dict[str, Any]] = ()
    language: str = ""
    recordings: Sequence[RecordingFile] = field(default_factory=tuple)


def save_past_call(call: Call, past: PastCall) -> None:
    """Insert the call with its end, its steps, its transcript and its recordings, and publish its events.

    In the caller's transaction. Raises calls.analysis.turns.BadTurn.
    """
    parse_turns(list(past.turns))
    _set_end(call, past)
    call.event_sequence = 2
    call.save(force_insert=True)
    if past.turns:
        Transcript.objects.create(call=call, turns=list(past.turns), language=past.language)
    publish(call, CREATED, ENDED)
    Step.objects.bulk_create(_steps(call, has_transcript=bool(past.turns)))
    ring(Step.queue)
    upsert_many([(call.pk, file) for file in past.recordings])


def _set_end(call: Call, past: PastCall) -> None:
    call.status, call.ended_at, call.ended_by = Call.Status.ENDED, past.ended_at, call.created_by
    call.disconnect_reason, call.end_code = past.disconnect_reason, end_code_for_status(past.status)
    call.started_at = call.started_at or call.answered_at
    call.rating, call.feedback = past.rating, past.feedback
    call.cost, call.price_unit = past.cost, past.price_unit
    call.duration = _elapsed(call, past) if past.duration is None else past.duration
    call.confirm_end(past.status, past.ended_at, None, at=None)


def _elapsed(call: Call, past: PastCall) -> int | None:
    """Nobody answered: 0 s, and `confirm_end` leaves no start either."""
    if past.status in UNANSWERED_STATUSES:
        return 0
    since = call.answered_at or call.started_at
    return round((past.ended_at - since).total_seconds()) if since else None


def _steps(call: Call, *, has_transcript: bool) -> list[Step]:
    """As after any end; nothing is terminated at the provider."""
    window = timedelta(seconds=0 if has_transcript else settings.TRANSCRIPT_WINDOW)
    skipped = {"state": Step.State.SKIPPED, "settled_at": Now()}
    kinds: dict[Step.Kind, dict[str, Any]] = {
        Step.Kind.TERMINATE: {**skipped, "error": HAD_ENDED},
        Step.Kind.CLEAN_UP: {**skipped, "error": NO_STREAMS},
        Step.Kind.ANALYSE: {"due_at": Now() + window},
        Step.Kind.NOTIFY: {"due_at": None},
    }
    return [
        Step(
            call=call,
            kind=kind,
            tenant_key=call.account_id,
            max_attempts=Step.MAX_ATTEMPTS[kind],
            **fields,
        )
        for kind, fields in kinds.items()
    ]
