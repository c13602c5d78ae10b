"""Feature extraction: a customer turn's words, its context, and repetitions."""

import math
import re
from collections.abc import Sequence
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from calls.analysis.patterns import AGENT_PATTERNS, COURTESY, CUSTOMER_PATTERNS
from calls.analysis.turns import AGENT, CUSTOMER, Turn

WORD = re.compile(r"[a-z0-9']+")
STOP = frozenset(
    """
    a an the i you he she it we they is are was were be been am do does did have has had to of in on
    for and or but that this there my your me with at as so if can could would will just it's i'm
    i'd please any some what which how when where who not no yes ok okay thank thanks need like want
    looking find get
    """.split()  # noqa: SIM905
)
NAMES = (
    "bias",
    "words_positive",
    "words_negative",
    "polite_positive",
    *CUSTOMER_PATTERNS,
    *AGENT_PATTERNS,
    "says_again",
    "agent_says_again",
    "length",
    "short",
    "exclaims",
    "first",
    "last",
    "progress",
    "failures_so_far",
    "corrections_so_far",
    "thanks_after_success",
    "another_after_failure",
    "agent_long",
)


def features(turns: Sequence[Turn]) -> list[tuple[int, dict[str, float]]]:
    """The features of each customer turn, with its index in the transcript."""
    history = _History()
    total = sum(turn.role == CUSTOMER for turn in turns)
    result: list[tuple[int, dict[str, float]]] = []
    for i, turn in enumerate(turns):
        text = turn.text.lower().replace("’", "'")  # noqa: RUF001
        if turn.role == CUSTOMER:
            result.append((i, history.turn_features(text, len(result), total)))
        elif turn.role == AGENT:
            history.add_agent_turn(text)
    return result


class _History:
    """The turns so far: what later turns are compared with."""

    def __init__(self) -> None:
        self.own: list[frozenset[str]] = []
        self.agents: list[frozenset[str]] = []
        self.agent: dict[str, float] = dict.fromkeys(AGENT_PATTERNS, 0.0)
        self.agent_again = self.agent_length = 0.0
        self.failures = self.corrections = 0

    def add_agent_turn(self, text: str) -> None:
        self.agent = {name: float(bool(p.search(text))) for name, p in AGENT_PATTERNS.items()}
        words = _content(text)
        self.agent_again = _overlap(words, self.agents)
        self.agents.append(words)
        self.agent_length = math.log1p(len(text.split())) / 4
        self.failures += bool(self.agent["agent_cannot"] or self.agent["agent_misunderstands"])

    def turn_features(self, text: str, place: int, total: int) -> dict[str, float]:
        matched = {name: float(bool(p.search(text))) for name, p in CUSTOMER_PATTERNS.items()}
        plain, polite = _scores(text)
        words = _content(text)
        count = len(text.split())
        found = {
            "bias": 1.0,
            "words_positive": max(plain, 0.0),
            "words_negative": max(-plain, 0.0),
            "polite_positive": max(polite, 0.0),
            **matched,
            **self.agent,
            "says_again": _overlap(words, self.own),
            "agent_says_again": self.agent_again,
            "length": math.log1p(count) / 4,
            "short": float(count <= 3),
            "exclaims": float("!" in text),
            "first": float(place == 0),
            "last": float(place == total - 1),
            "progress": min(place, 10) / 10,
            "failures_so_far": min(self.failures, 4) / 4,
            "corrections_so_far": min(self.corrections, 3) / 3,
            "thanks_after_success": matched["thanks"] * self.agent["agent_succeeds"],
            "another_after_failure": matched["asks_for_another"] * self.agent["agent_cannot"],
            "agent_long": self.agent_length,
        }
        self.own.append(words)
        self.corrections += int(matched["corrects"])
        return found


def _scores(text: str) -> tuple[float, float]:
    """VADER's compound scores (-1 to 1): without courtesy words, and with them."""
    polite = _vader().polarity_scores(text)["compound"]
    bare = COURTESY.sub(" ", text)
    plain = polite if bare == text else _vader().polarity_scores(bare)["compound"]
    return float(plain), float(polite)


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in WORD.findall(text) if word not in STOP)


def _overlap(words: frozenset[str], earlier: Sequence[frozenset[str]]) -> float:
    """Jaccard similarity (0 to 1) with the most similar of the last 12 turns; 0 below two words."""
    if len(words) < 2:
        return 0.0
    return max((len(words & past) / len(words | past) for past in earlier[-12:] if past), default=0.0)


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
