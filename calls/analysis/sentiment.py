"""What an analyser of sentiment is, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from calls.analysis.turns import Turn

Label = Literal["positive", "neutral", "negative", "unknown"]


@dataclass(frozen=True)
class TurnSentiment:
    """One customer turn: its index in the transcript, its label, and a score from -1 to 1."""

    index: int
    label: Label
    score: float
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentiment:
    """How the customer felt: overall, turn by turn, and which turns show it."""

    label: Label
    score: float | None
    turns: list[TurnSentiment] = field(default_factory=list)
    evidence: list[TurnSentiment] = field(default_factory=list)
    reason: str = ""  # why it is unknown

    def as_json(self) -> dict[str, Any]:
        """As it is stored and shown."""
        return {
            "label": self.label,
            "score": self.score,
            "reason": self.reason or None,
            "turns": [{"index": j.index, "label": j.label, "score": j.score} for j in self.turns],
            "evidence": [
                {"index": j.index, "label": j.label, "score": j.score, "why": list(j.why)}
                for j in self.evidence
            ],
        }


class Analyser(Protocol):
    """Judges the customer's turns of a conversation."""

    name: str
    version: str

    def score(self, turns: Sequence[Turn], language: str = "") -> Sentiment: ...
