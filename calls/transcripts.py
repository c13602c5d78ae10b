"""Putting a transcript on a call, before or after its end."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from calls.analysis.turns import MAX_TURNS, parse_turns
from calls.models import Call, Step, Transcript
from liveplatform.work.bell import ring


class TranscriptTooLong(ValueError):
    """An append would take the transcript over the limit."""


def put(call: Call, turns: list[dict[str, Any]], language: str = "") -> Transcript:
    """Replace the transcript; if the call is over, its analysis runs (again).

    `turns` are {role, text, start_ms, end_ms}, times in milliseconds from the start of the call;
    raises calls.analysis.turns.BadTurn naming the turn and the field.
    """
    parse_turns(turns)
    with transaction.atomic():
        transcript, _ = Transcript.objects.update_or_create(
            call=call, defaults={"turns": turns, "language": language}
        )
        analyse_when_over(call)
    return transcript


def append(call: Call, turns: list[dict[str, Any]]) -> Transcript:
    """Add turns at the end; the rest as `put`."""
    parse_turns(turns)
    with transaction.atomic():
        Transcript.objects.get_or_create(call=call)
        transcript = Transcript.objects.select_for_update().get(call=call)
        if len(transcript.turns) + len(turns) > MAX_TURNS:
            raise TranscriptTooLong(f"A transcript holds at most {MAX_TURNS:,} turns.")
        transcript.turns = transcript.turns + turns
        transcript.save()
        analyse_when_over(call)
    return transcript


def analyse_when_over(call: Call) -> bool:
    """Make the analysis due now if the call has one; True if so.

    The call is locked first: an end under way either sees this transcript or has written the step.
    """
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    step = Step.objects.filter(call=call, kind=Step.Kind.ANALYSE).first()
    if step is None:
        return False
    if not step.retry():
        Step.objects.filter(pk=step.pk, state=Step.State.PENDING).update(due_at=Now())
    ring(Step.queue)
    return True
