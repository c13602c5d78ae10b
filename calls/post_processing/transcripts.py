"""Putting a transcript on a call, before or after its end."""

from typing import Any

from django.db import transaction

from calls import activity
from calls.analysis.turns import MAX_TURNS, parse_turns
from calls.models import Call, Step, Transcript
from liveplatform.db.prepared import execute_prepared
from liveplatform.work.doorbell import ring

# An attempt under way works on what was there before: its claim is taken away, so that what it finds is
# not written, and a new attempt reads everything.
RESTART_ANALYSIS = """
UPDATE calls_step
SET state = 'pending', due_at = now(), settled_at = NULL, updated_at = now(), fencing_token = fencing_token + 1,
    max_attempts = attempts + %(fresh)s
WHERE call_id = %(call)s AND kind = 'analyse'
"""


class TranscriptTooLong(ValueError):
    """An append would take the transcript over the limit."""


def put(call: Call, turns: list[dict[str, Any]], language: str = "", *, actor: str = "") -> Transcript:
    """Replace the transcript; if the call is over, its analysis runs (again).

    `turns` are {role, text, start_ms, end_ms}, times in milliseconds from the start of the call;
    raises calls.analysis.turns.BadTurn naming the turn and the field.
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
    """Add turns at the end; the rest as `put`."""
    parse_turns(turns)
    with transaction.atomic():
        Transcript.objects.get_or_create(call=call)
        transcript = Transcript.objects.select_for_update().get(call=call)
        if len(transcript.turns) + len(turns) > MAX_TURNS:
            raise TranscriptTooLong(f"A transcript holds at most {MAX_TURNS:,} turns.")
        transcript.turns = transcript.turns + turns
        transcript.save()
        # While a call runs its words come one by one: that is no story to tell.
        if restart_analysis(call):
            activity.record(call.pk, actor, activity.TRANSCRIPT_APPENDED, f"{len(turns):,} turns")
    return transcript


def restart_analysis(call: Call) -> bool:
    """Make the analysis due now if the call has one; True if so.

    The call is locked first: an end under way either sees this transcript or has written the step.
    """
    Call.lock([call.pk])
    due = (
        execute_prepared(RESTART_ANALYSIS, {"call": call.pk, "fresh": Step.MAX_ATTEMPTS["analyse"]}).rowcount
        == 1
    )
    if due:
        ring(Step.queue)
    return due
