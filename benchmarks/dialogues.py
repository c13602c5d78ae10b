"""The labelled dialogues of shared/data (INSIGHT.md), for evaluation and training; not part of the product."""

from collections.abc import Iterator
from pathlib import Path

from calls.analysis.turns import AGENT, CUSTOMER, Turn

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "user-satisfaction"
SETS = ("MWOZ", "CCPE")
LABELS = ("negative", "neutral", "positive")

Dialogue = tuple[list[Turn], list[str]]


def dialogues(name: str) -> list[Dialogue]:
    """The turns of each dialogue, and the labels of its customer turns."""
    found: list[Dialogue] = []
    turns: list[Turn] = []
    labels: list[str] = []
    for line in [*(FOLDER / f"{name}.txt").read_text().splitlines(), ""]:
        if not line.strip():
            if turns:
                found.append((turns, labels))
            turns, labels = [], []
            continue
        role, text, _, scores = (line.split("\t") + ["", "", ""])[:4]
        if text == "OVERALL":
            continue
        turns.append(Turn(CUSTOMER if role == "USER" else AGENT, text))
        if role == "USER":
            labels.append(_label([int(score) for score in scores.split(",") if score]))
    return found


def _label(scores: list[int]) -> str:
    mean = sum(scores) / len(scores)
    return "negative" if mean < 2.67 else "positive" if mean >= 3.5 else "neutral"


def f1(truth: list[str], predicted: list[str]) -> dict[str, float]:
    """F1 of each label, and their mean under "macro"."""
    found = dict(_f1_of_each(truth, predicted))
    return found | {"macro": sum(found.values()) / len(found)}


def _f1_of_each(truth: list[str], predicted: list[str]) -> Iterator[tuple[str, float]]:
    for label in LABELS:
        right = sum(t == s == label for t, s in zip(truth, predicted, strict=True))
        both = truth.count(label) + predicted.count(label)
        yield label, 2 * right / both if both else 0.0
