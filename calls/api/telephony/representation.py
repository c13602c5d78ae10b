"""A call with its transcript and newest analysis, as the telephony API shows it.

The 37 fields are written by TelephonyCallSerializer. Times are ISO 8601 with Z, durations and latency in
seconds. Source: https://docs.callab.ai/api-reference/campaign-calls/get-one
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calls.filters.page_request import PageRequest
from calls.models import Analysis, Call, Transcript
from calls.models.call_status import twilio_status


@dataclass(frozen=True)
class TelephonyCall:
    """The data of an answer of the telephony API."""

    call: Call
    stored_transcript: Transcript | None = None
    analysis: Analysis | None = None

    # Fields of the vendor's that nothing here sets.
    agent_task_status = agent_task_feedback = deleted_at = retry_at = None

    @property
    def call_status(self) -> str:
        """Twilio's status: the provider's own if it agrees with ours, else the default for ours."""
        return twilio_status(self.call.status, self.call.provider_status, is_over=self.call.is_over)

    @property
    def turns(self) -> list[dict[str, Any]]:
        return self.stored_transcript.turns if self.stored_transcript else []

    @property
    def transcript(self) -> str:
        return "\n".join(f"{turn['role']}: {turn['text']}" for turn in self.turns)

    @property
    def transcript_object(self) -> dict[str, Any] | None:
        return {"turns": self.turns} if self.turns else None

    @property
    def transcript_language(self) -> str:
        return self.stored_transcript.language if self.stored_transcript else ""

    @property
    def agent_post_call_outcomes(self) -> dict[str, Any] | None:
        if self.analysis is None:
            return None
        return {"metrics": self.analysis.metrics, "sentiment": self.analysis.sentiment}


@dataclass(frozen=True)
class Answer:
    """The vendor's envelope around a call, a list of calls or a list of numbers."""

    message: str
    data: Any
    status: str = "ok"


@dataclass(frozen=True, kw_only=True)
class PageAnswer(Answer):
    """The envelope around a page of calls; `page` counts from 0."""

    page: int
    per_page: int
    has_more: bool


def with_insight(call: Call) -> TelephonyCall:
    """A call with its transcript and newest analysis, read from the database."""
    transcript = Transcript.objects.filter(call=call).first()
    analysis = Analysis.objects.filter(call=call).order_by("-created_at").first() if call.is_over else None
    return TelephonyCall(call, transcript, analysis)


def page_answer(found: Sequence[Call], page: PageRequest) -> PageAnswer:
    """The answer for a page; `found` holds one call more than the page if there is a next one."""
    return PageAnswer(
        "Calls retrieved successfully",
        all_with_insight(found[: page.limit]),
        page=page.offset // page.limit,
        per_page=page.limit,
        has_more=len(found) > page.limit,
    )


def all_with_insight(calls: Sequence[Call]) -> list[TelephonyCall]:
    """Calls with their transcripts and newest analyses, in two statements."""
    transcripts = Transcript.objects.in_bulk([call.pk for call in calls])
    over = [call.pk for call in calls if call.is_over]
    newest = Analysis.objects.filter(call__in=over).order_by("call", "-created_at").distinct("call")
    analyses = {analysis.call_id: analysis for analysis in newest}
    return [TelephonyCall(call, transcripts.get(call.pk), analyses.get(call.pk)) for call in calls]
