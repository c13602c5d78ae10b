"""The default analyser: multinomial logistic regression over VADER scores, phrase patterns and context.

Context matters because a polite turn need not be a positive one, and a complaint needs no negative word:
repetitions, corrections, giving up, and whether the agent has just failed. The weights are in weights.py;
explicit complaints override them.
"""

import math
from collections.abc import Mapping, Sequence

from calls.analysis.features import features
from calls.analysis.metrics import count_words
from calls.analysis.sentiment import Label, Sentiment, TurnSentiment
from calls.analysis.turns import CUSTOMER, Turn
from calls.analysis.weights import WEIGHTS

MIN_TURNS, MIN_WORDS = 2, 10
MAX_EVIDENCE = 5
# The weighted shares of the customer's turns that decide the overall label.
NEGATIVE_SHARE, POSITIVE_SHARE = 0.25, 0.25
# The most frequent English words; they make up at least one eighth of English text.
ENGLISH = frozenset(
    """
    the a an i you it is to and of in that for my me on was have not be are this with no do can what
    so at we yes thank thanks please will your just okay ok hello hi how need want but they he she
    there
    """.split()  # noqa: SIM905
)
ENGLISH_SHARE = 0.12

REASONS = {
    "complains": "complains",
    "escalates": "asks for a manager, a refund or an end",
    "corrects": "corrects the agent",
    "gives_up": "gives up",
    "asks_for_another": "asks for something else",
    "says_again": "says it again",
    "words_negative": "negative words",
    "words_positive": "positive words",
    "dislikes": "dislikes it",
    "praises": "praises",
    "thanks_after_success": "thanks after a success",
    "agent_cannot": "the agent could not do it",
    "agent_misunderstands": "the agent did not understand",
    "agent_sorry": "the agent apologised",
    "agent_says_again": "the agent repeated itself",
    "failures_so_far": "the agent has failed before",
    "corrections_so_far": "had to correct the agent before",
}


class LexiconAnalyser:
    """Offline and for English, in about a tenth of a millisecond per turn."""

    name = "lexicon"
    version = "3"

    def score(self, turns: Sequence[Turn], language: str = "") -> Sentiment:
        reason = _insufficient_reason(turns, language)
        if reason:
            return Sentiment("unknown", None, reason=reason)
        scored = [score_turn(index, found) for index, found in features(turns)]
        shares = _label_shares(scored)
        label = _overall_label(shares)
        score = round(shares["positive"] - shares["negative"], 3)
        evidence = sorted((j for j in scored if j.label == label), key=lambda j: -abs(j.score))[:MAX_EVIDENCE]
        return Sentiment(label, score, scored, sorted(evidence, key=lambda j: j.index))


def _insufficient_reason(turns: Sequence[Turn], language: str) -> str:
    """Why this cannot be scored; "" if it can."""
    if language and not language.lower().startswith("en"):
        return f"The transcript is not English ({language})."
    mine = [turn.text for turn in turns if turn.role == CUSTOMER]
    words = " ".join(mine).lower().split()
    if len(mine) < MIN_TURNS or sum(map(count_words, mine)) < MIN_WORDS:
        return "The customer says too little to judge."
    if sum(word.strip(".,!?") in ENGLISH for word in words) < ENGLISH_SHARE * len(words):
        return "The transcript does not look like English."
    return ""


def score_turn(index: int, found: Mapping[str, float]) -> TurnSentiment:
    """Label and score of one turn, from its features."""
    negative, positive = _probabilities(found)
    label: Label = "neutral"
    if (found["complains"] or found["escalates"]) and not found["praises"]:
        label, negative = "negative", max(negative, 0.6)
    elif max(negative, positive) > 1 - negative - positive:
        label = "negative" if negative > positive else "positive"
    if label == "negative" and found["closes"] and not found["complains"]:
        label, negative = "neutral", positive  # a plain good-bye
    score = round(max(-1.0, min(1.0, positive - negative)), 3)
    return TurnSentiment(index, label, score, _top_reasons(found, label))


def _probabilities(found: Mapping[str, float]) -> tuple[float, float]:
    """The probabilities of negative and positive; the rest is neutral."""
    negative = math.exp(sum(WEIGHTS[name][0] * value for name, value in found.items()))
    positive = math.exp(sum(WEIGHTS[name][1] * value for name, value in found.items()))
    whole = 1.0 + negative + positive
    return negative / whole, positive / whole


def _top_reasons(found: Mapping[str, float], label: Label) -> tuple[str, ...]:
    """Descriptions of the up to three features that contributed most to the label."""
    if label == "neutral":
        return ()
    side = 0 if label == "negative" else 1
    weighed = {
        name: WEIGHTS[name][side] * value for name, value in found.items() if name in REASONS and value
    }
    sure = [name for name in ("complains", "escalates") if found[name] and label == "negative"]
    loud = sure + [name for name in sorted(weighed, key=lambda n: -weighed[n]) if weighed[name] > 0.15]
    return tuple(REASONS[name] for name in dict.fromkeys(loud[:3]))


def _label_shares(scored: Sequence[TurnSentiment]) -> dict[str, float]:
    """The share of turns with each label; weights rise linearly from 1 (first turn) to 2 (last)."""
    last = max(len(scored) - 1, 1)
    weights = [1 + place / last for place in range(len(scored))]
    whole = sum(weights)
    return {
        label: sum(w for w, j in zip(weights, scored, strict=True) if j.label == label) / whole
        for label in ("positive", "neutral", "negative")
    }


def _overall_label(shares: Mapping[str, float]) -> Label:
    if shares["negative"] >= NEGATIVE_SHARE and shares["negative"] >= shares["positive"]:
        return "negative"
    return "positive" if shares["positive"] >= POSITIVE_SHARE else "neutral"
