"""The weights: finite, and of the sign that their features suggest."""

import math

import pytest

from calls.analysis.weights import WEIGHTS

NEGATIVE, POSITIVE = 0, 1


def test_every_weight_is_finite():
    assert all(math.isfinite(weight) for pair in WEIGHTS.values() for weight in pair)


@pytest.mark.parametrize(
    ("feature", "side"),
    [("escalates", NEGATIVE), ("agent_cannot", NEGATIVE), ("praises", POSITIVE), ("thanks", POSITIVE)],
)
def test_a_telling_feature_favours_its_side(feature, side):
    assert WEIGHTS[feature][side] > WEIGHTS[feature][1 - side]
