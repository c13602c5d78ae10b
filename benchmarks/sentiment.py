"""Accuracy of the sentiment analysis, compared with plain VADER: `python -m benchmarks.sentiment`."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.dialogues import FOLDER, LABELS, SETS, Dialogue, dialogues, f1
from calls.analysis.features import features
from calls.analysis.lexicon import score_turn
from calls.analysis.turns import CUSTOMER, Turn

VADER = SentimentIntensityAnalyzer()


def plain(turns: list[Turn]) -> list[str]:
    """VADER on each customer turn alone, with the usual thresholds of ±0.05."""
    scores = [VADER.polarity_scores(turn.text)["compound"] for turn in turns if turn.role == CUSTOMER]
    return ["negative" if s <= -0.05 else "positive" if s >= 0.05 else "neutral" for s in scores]


def ours(turns: list[Turn]) -> list[str]:
    """The default analyser, turn by turn."""
    return [score_turn(index, found).label for index, found in features(turns)]


Analyser = Callable[[list[Turn]], list[str]]


def measured(found: list[Dialogue], analyser: Analyser) -> tuple[dict[str, float], float]:
    """F1 of each label and their mean, and microseconds per customer turn."""
    began = time.perf_counter()
    predicted = [label for turns, _ in found for label in analyser(turns)]
    took = time.perf_counter() - began
    truth = [label for _, labels in found for label in labels]
    return f1(truth, predicted), took / len(truth) * 1e6


def main() -> int:
    if not FOLDER.exists():
        print("The labelled dialogues are not beside this checkout; nothing was measured.")
        return 1
    table = Table("set", "analyser", *LABELS, "macro-F1", "ratio", "µs per turn", title="sentiment")
    for name in SETS:
        found = dialogues(name)
        (base, base_us), (own, own_us) = measured(found, plain), measured(found, ours)
        for analyser, figures, us in (("plain VADER", base, base_us), ("lexicon", own, own_us)):
            ratio = figures["macro"] / base["macro"]
            cells = [f"{figures[label]:.3f}" for label in (*LABELS, "macro")]
            table.add_row(name, analyser, *cells, f"{ratio:.2f}", f"{us:.0f}")
    Console(width=110).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
