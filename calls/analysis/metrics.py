"""Metrics of a conversation. A metric that cannot be computed is None, never 0.

Metrics that need times are computed only if every turn has them, because partly timed transcripts would give
plausible but wrong values. Definitions follow Amazon Connect (talk share,
interruptions), Gong (longest monologue), Google (silence over five seconds) and Twilio (latency).
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import quantiles
from typing import Any

from calls.analysis.turns import AGENT, CUSTOMER, Turn

SILENCE_MS = 5_000
# A shorter overlap is a handover, not an interruption.
OVERLAP_MS = 200
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001 - the typographic apostrophe


def measure(turns: Sequence[Turn]) -> dict[str, Any]:
    """The metrics of a conversation; times in milliseconds, shares from 0 to 1, rates per minute."""
    timed = sorted(turns, key=lambda t: t.start_ms or 0) if _all_timed(turns) else None
    return {
        "turns": {"total": len(turns), **_per_role(turns, len)},
        "questions": _per_role(turns, lambda mine: sum(_is_question(t.text) for t in mine)),
        "words": _per_role(turns, lambda mine: sum(count_words(t.text) for t in mine)),
        "duration_ms": _duration(timed),
        "talk_share": _talk_share(timed),
        "longest_monologue": _longest_monologue(timed),
        "interruptions": _interruptions(timed),
        "silence": _silence(timed),
        "words_per_minute": _pace(timed),
        "response_latency_ms": _latency(timed),
    }


def count_words(text: str) -> int:
    """The number of words; contractions and hyphenated words count as one."""
    return len(WORD.findall(text))


def _all_timed(turns: Sequence[Turn]) -> bool:
    return bool(turns) and all(turn.is_timed for turn in turns)


def _per_role(turns: Sequence[Turn], figure: Any) -> dict[str, Any]:  # noqa: ANN401 - a function of turns
    return {role: figure([t for t in turns if t.role == role]) for role in (CUSTOMER, AGENT)}


def _is_question(text: str) -> bool:
    return "?" in text


def _span(turn: Turn) -> tuple[int, int]:
    return turn.start_ms or 0, turn.end_ms or 0


def _spoken(turns: Sequence[Turn]) -> int:
    """Milliseconds of speech; overlapping turns of one speaker are counted once."""
    total, until = 0, 0
    for start, end in sorted(map(_span, turns)):
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total


def _duration(timed: Sequence[Turn] | None) -> int | None:
    """Milliseconds from the first word to the last."""
    if timed is None:
        return None
    return max(end for _, end in map(_span, timed)) - min(start for start, _ in map(_span, timed))


def _talk_share(timed: Sequence[Turn] | None) -> dict[str, float] | None:
    """Each side's share of all speech; overlapping speech counts for both."""
    if timed is None:
        return None
    spoken = _per_role(timed, _spoken)
    total = sum(spoken.values())
    return {role: round(ms / total, 4) for role, ms in spoken.items()} if total else None


def _longest_monologue(timed: Sequence[Turn] | None) -> dict[str, Any] | None:
    """The longest sequence of turns of one speaker without a turn of another."""
    if timed is None:
        return None
    role, longest, start, previous = "", -1, 0, None
    for turn in timed:
        if previous is None or previous.role != turn.role:
            start = _span(turn)[0]
        length = _span(turn)[1] - start
        if length > longest:
            role, longest = turn.role, length
        previous = turn
    return {"role": role, "ms": longest}


def _interruptions(timed: Sequence[Turn] | None) -> dict[str, int] | None:
    """How often each side began to speak more than OVERLAP_MS before the other had finished."""
    if timed is None:
        return None
    counts = {CUSTOMER: 0, AGENT: 0}
    for before, turn in pairwise(timed):
        cut = _span(before)[1] - _span(turn)[0]
        if turn.role in counts and turn.role != before.role and cut > OVERLAP_MS:
            counts[turn.role] += 1
    return counts


def _silence(timed: Sequence[Turn] | None) -> dict[str, Any] | None:
    """Gaps between turns of more than SILENCE_MS."""
    if timed is None:
        return None
    gaps, until = [], _span(timed[0])[1]
    for start, end in map(_span, timed):
        gaps.append(start - until)
        until = max(until, end)
    long = [gap for gap in gaps if gap > SILENCE_MS]
    duration = _duration(timed)
    return {
        "count": len(long),
        "total_ms": sum(long),
        "share": round(sum(long) / duration, 4) if duration else None,
    }


def _pace(timed: Sequence[Turn] | None) -> dict[str, float | None] | None:
    return None if timed is None else _per_role(timed, _words_per_minute)


def _words_per_minute(mine: Sequence[Turn]) -> float | None:
    ms = _spoken(mine)
    return round(sum(count_words(t.text) for t in mine) * 60_000 / ms, 1) if ms else None


def _latency(timed: Sequence[Turn] | None) -> dict[str, float] | None:
    """From the end of a customer turn to the start of the agent's; 0 if the agent interrupts."""
    if timed is None:
        return None
    waits = [
        max(0, _span(turn)[0] - _span(before)[1])
        for before, turn in pairwise(timed)
        if before.role == CUSTOMER and turn.role == AGENT
    ]
    if not waits:
        return None
    cuts = quantiles(waits, n=100, method="inclusive") if len(waits) > 1 else waits * 99
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1)}
