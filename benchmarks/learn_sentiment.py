"""Trains calls/analysis/weights.py, and evaluates it on sets it was not trained on.

    pip install scikit-learn && python -m benchmarks.learn_sentiment [--write]

Multinomial logistic regression over the features of calls/analysis/features.py. Class weights are the inverse
frequency to the power 0.6, which favours macro-F1; both sets have the same total weight.
"""

import sys
from pathlib import Path

import numpy
from sklearn.linear_model import LogisticRegression

from benchmarks.dialogues import LABELS, SETS, Dialogue, dialogues, f1
from calls.analysis import features as module
from calls.analysis.features import NAMES, features

RARITY, STRENGTH = 0.6, 0.1
HEAD = '''"""The weights of the features, learned by multinomial logistic regression; see docs/analysis.md.

Each row: towards negative, towards positive; neutral is the zero point of both. A positive weight makes that
label likelier. Learned on two public sets of service dialogues, none of whose text is here.
"""

WEIGHTS: dict[str, tuple[float, float]] = {
'''


def table(found: list[Dialogue]) -> tuple[numpy.ndarray, list[str]]:
    rows = [[values[name] for name in NAMES] for turns, _ in found for _, values in features(turns)]
    return numpy.array(rows), [label for _, labels in found for label in labels]


def learn(*sets: list[Dialogue]) -> LogisticRegression:
    tables = [table(found) for found in sets]
    rows = numpy.vstack([rows for rows, _ in tables])
    labels = [label for _, labels in tables for label in labels]
    shares = numpy.concatenate([numpy.full(len(ls), len(labels) / len(tables) / len(ls)) for _, ls in tables])
    rarity = {label: (len(labels) / labels.count(label)) ** RARITY for label in LABELS}
    model = LogisticRegression(C=STRENGTH, max_iter=4000, class_weight=rarity, fit_intercept=False)
    return model.fit(rows, labels, sample_weight=shares)


def report(title: str, model: LogisticRegression, found: list[Dialogue]) -> None:
    rows, labels = table(found)
    figures = f1(labels, list(model.predict(rows)))
    print(f"{title:30}", "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))


def main() -> None:
    sets = {name: dialogues(name) for name in SETS}
    halves = {name: (found[: len(found) // 2], found[len(found) // 2 :]) for name, found in sets.items()}
    for name, (first, second) in halves.items():
        report(f"{name}, half → other half", learn(first), second)
    report("MWOZ → CCPE", learn(sets["MWOZ"]), sets["CCPE"])
    report("CCPE → MWOZ", learn(sets["CCPE"]), sets["MWOZ"])
    if "--write" in sys.argv:
        write(learn(*sets.values()))


def write(model: LogisticRegression) -> None:
    order = list(model.classes_)
    rows_of = {label: model.coef_[order.index(label)] for label in LABELS}
    towards = {label: row - rows_of["neutral"] for label, row in rows_of.items()}
    pairs = zip(NAMES, towards["negative"], towards["positive"], strict=True)
    rows = [f'    "{name}": ({negative:.3f}, {positive:.3f}),' for name, negative, positive in pairs]
    target = Path(module.__file__).with_name("weights.py")
    target.write_text(HEAD + "\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
