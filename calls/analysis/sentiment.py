"""The interface of sentiment analysers, and their result."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from calls.analysis.turns import Turn

Label = Literal["positive", "neutral", "negative", "unknown"]


@dataclass(frozen=True)
class TurnSentiment:
    """One customer turn: index in the transcript, label, score (-1 to 1), and reasons for the label."""

    index: int
    label: Label
    score: float
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentiment:
    """The customer's sentiment: overall, per turn, and the turns that show it most."""

    label: Label
    score: float | None
    turns: list[TurnSentiment] = field(default_factory=list)
    evidence: list[TurnSentiment] = field(default_factory=list)
    reason: str = ""  # why it is unknown

    def as_json(self) -> dict[str, Any]:
        """The JSON that is stored and shown by the API."""
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
    """Scores the customer's turns of a conversation."""

    name: str
    version: str

    def score(self, turns: Sequence[Turn], language: str = "") -> Sentiment: ...
