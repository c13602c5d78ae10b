"""Step `analyse`: compute metrics and sentiment of the call's transcript, and save them as an Analysis.

Without a transcript the step is skipped after settings.TRANSCRIPT_WINDOW seconds; a later transcript restarts
it (transcripts.py).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.utils import timezone

from calls.analysis.analyse import analyse
from calls.analysis.openai import AnalyserRejected, AnalyserUnavailable
from calls.analysis.turns import parse_turns
from calls.models.analysis import Analysis, Transcript
from calls.models.step import Step
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry, skip, succeeded


def attempt(transcript: Transcript | None) -> AttemptFn:
    if transcript is None or not transcript.turns:
        return partial(skip, "No transcript arrived in time; one that comes later is analysed then.")
    return partial(_analyse, transcript)


def _analyse(transcript: Transcript) -> Outcome:
    try:
        found = analyse(parse_turns(transcript.turns), language=transcript.language)
    except AnalyserUnavailable as error:
        return retry(str(error), error.retry_after)
    except AnalyserRejected as error:
        return fail(str(error))
    return succeeded(vars(found))


def results(steps: Iterable[Step]) -> list[Analysis]:
    """The analyses of those of these steps that are done analyses, not saved.

    Sets sentiment and latency of their calls, which the caller saves.
    """
    done = [step for step in steps if step.kind == Step.Kind.ANALYSE and step.state == Step.State.DONE]
    for step in done:
        step.call.sentiment = step.result["sentiment"]["label"]
        step.call.latency = _latency_seconds(step.result["metrics"])
    return [
        Analysis(call=step.call, created_at=step.settled_at or timezone.now(), **step.result) for step in done
    ]


def _latency_seconds(metrics: Mapping[str, Any]) -> float | None:
    """The median response latency."""
    p50 = (metrics.get("response_latency_ms") or {}).get("p50")
    return p50 / 1000 if isinstance(p50, int | float) else None
