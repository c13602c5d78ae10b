"""Store the transcript of a call, before or after its end."""

from typing import Any

from django.db import transaction

from calls import activity
from calls.analysis.turns import MAX_TURNS, parse_turns
from calls.exceptions import TranscriptTooLong
from calls.models import Call, Step, Transcript


def put(call: Call, turns: list[dict[str, Any]], language: str = "", *, actor: str = "") -> Transcript:
    """Replace the transcript; if the call is over, its analysis is run (again).

    `turns` are {role, text, start_ms, end_ms}, times in milliseconds from the start of the call. Raises
    calls.analysis.turns.BadTurn naming the turn and the field.
    """
    parse_turns(turns)
    with transaction.atomic():
        transcript, _ = Transcript.objects.update_or_create(
            call=call, defaults={"turns": turns, "language": language}
        )
        restart_analysis(call)
        activity.record(call.pk, actor, activity.TRANSCRIPT_PUT, f"{len(turns):,} turns")
    return transcript


def append(call: Call, turns: list[dict[str, Any]], *, actor: str = "") -> Transcript:
    """Add turns at the end; otherwise as `put`. Raises TranscriptTooLong beyond MAX_TURNS."""
    parse_turns(turns)
    with transaction.atomic():
        Transcript.objects.get_or_create(call=call)
        transcript = Transcript.objects.select_for_update().get(call=call)
        if len(transcript.turns) + len(turns) > MAX_TURNS:
            raise TranscriptTooLong(f"A transcript holds at most {MAX_TURNS:,} turns.")
        transcript.turns = transcript.turns + turns
        transcript.save()
        # The turns of a live call are appended one by one, which would flood its timeline.
        if restart_analysis(call):
            activity.record(call.pk, actor, activity.TRANSCRIPT_APPENDED, f"{len(turns):,} turns")
    return transcript


def restart_analysis(call: Call) -> bool:
    """Make the analysis due now, even while an attempt runs; False if the call has not ended.

    The call is locked first: a concurrent end either sees this transcript, or has written the step. The new
    fencing token invalidates a running attempt, which does not know this transcript.
    """
    Call.lock([call.pk])
    return Step.objects.filter(call=call, kind=Step.Kind.ANALYSE).restart(interrupt=True) == 1
