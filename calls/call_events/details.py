"""What events hold besides the call: its recordings, its transcript and its newest analysis.

A transcript, or the sentiments of its turns, longer than MAX_PART_BYTES is left out: `omitted` says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Func, IntegerField, JSONField, TextField, Value, When
from django.db.models.functions import Cast

from calls.analysis.representation import AnalysisSerializer, TranscriptSerializer
from calls.models import Analysis, Recording, Transcript
from calls.representation import RecordingSerializer
from liveplatform.json_codec import dumps

# Many receivers refuse bodies of more than a mebibyte; a transcript may be a hundred times as long.
MAX_PART_BYTES = 256 * 1024

Details = dict[str, Any]


def recordings_of(call_ids: Collection[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """The recordings of each of these calls as JSON, oldest first."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if not call_ids:
        return found
    for recording in Recording.objects.filter(call__in=call_ids).order_by("ready_at", "id"):
        found[recording.call_id].append(RecordingSerializer.write(recording))
    return found


def details_of(call_ids: Collection[UUID]) -> dict[UUID, Details]:
    """The transcript and the newest analysis of each call, and what was left out of them; two statements."""
    if not call_ids:
        return {}
    newest = Analysis.objects.filter(call__in=call_ids).order_by("call", "-created_at", "-id")
    analyses = {found.call_id: found for found in newest.distinct("call")}
    transcripts = {found.call_id: found for found in _transcripts(call_ids)}
    return {pk: _details(pk, transcripts.get(pk), analyses.get(pk)) for pk in call_ids}


def _transcripts(call_ids: Collection[UUID]) -> Iterable[Any]:
    """Transcripts with their size; `turns` of one that is too long is not read."""
    as_text = Func(Cast("turns", TextField()), function="octet_length", output_field=IntegerField())
    is_short = When(size__lte=MAX_PART_BYTES, then="turns")
    turns = Case(is_short, default=Value(None), output_field=JSONField())
    found = Transcript.objects.filter(call__in=call_ids).annotate(size=as_text, short=turns)
    return found.defer("turns")


def _details(call_id: UUID, transcript: Any | None, analysis: Analysis | None) -> Details:  # noqa: ANN401
    omitted = []
    shown = AnalysisSerializer.write(analysis) if analysis else None
    if transcript and transcript.size > MAX_PART_BYTES:
        omitted.append(_omission(call_id, "transcript", transcript.size))
    if shown and (size := len(dumps(shown["sentiment"]))) > MAX_PART_BYTES:
        shown["sentiment"] = shown["sentiment"] | {"turns": [], "evidence": []}
        omitted.append(_omission(call_id, "analysis", size))
    return {"transcript": _transcript(transcript), "analysis": shown, "omitted": omitted}


def _transcript(transcript: Any | None) -> dict[str, Any] | None:  # noqa: ANN401 - with its annotations
    if transcript is None or transcript.size > MAX_PART_BYTES:
        return None
    return TranscriptSerializer.write_fields(transcript, turns=transcript.short)


def _omission(call_id: UUID, part: str, size: int) -> dict[str, Any]:
    url = f"{settings.PUBLIC_URL}/v1/calls/{call_id}/{part}"
    return {"field": "analysis.sentiment.turns" if part == "analysis" else part, "bytes": size, "url": url}
