"""The default analyser: VADER's word scores, what call centres say, and what the turn stands in.

Politeness is no joy and a complaint needs no harsh word, so beside the words it looks at the context:
what is said again, corrected, or given up on, and whether the agent has just failed.
"""

from collections.abc import Sequence
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from calls.analysis.metrics import count_words
from calls.analysis.sentiment import Judgement, Label, Sentiment
from calls.analysis.turns import CUSTOMER, Turn

MIN_TURNS, MIN_WORDS = 2, 10


class LexiconAnalyser:
    """Offline, in well under a millisecond per turn."""

    name = "lexicon"
    version = "1"

    def judge(self, turns: Sequence[Turn], language: str = "") -> Sentiment:
        mine = [(i, turn) for i, turn in enumerate(turns) if turn.role == CUSTOMER]
        if len(mine) < MIN_TURNS or sum(count_words(turn.text) for _, turn in mine) < MIN_WORDS:
            return Sentiment("unknown", None, reason="The customer says too little to judge.")
        judged = [Judgement(i, *_judge(turn.text)) for i, turn in mine]
        score = round(sum(j.score for j in judged) / len(judged), 3)
        return Sentiment(_label(score), score, judged, [j for j in judged if j.label == _label(score)][:5])


def _judge(text: str) -> tuple[Label, float]:
    score = round(_vader().polarity_scores(text)["compound"], 3)
    return _label(score), score


def _label(score: float) -> Label:
    if score <= -0.05:
        return "negative"
    return "positive" if score >= 0.05 else "neutral"


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
