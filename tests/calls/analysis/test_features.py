"""The features of customer turns."""

import pytest

from calls.analysis.features import NAMES, features
from calls.analysis.turns import Turn
from calls.analysis.weights import WEIGHTS

AGENT = Turn("agent", "Unfortunately I cannot find your order.")


def customer(text: str) -> Turn:
    return Turn("customer", text)


def test_every_feature_has_a_weight_and_is_computed():
    ((index, found),) = features([AGENT, customer("My order is missing")])
    assert index == 1
    assert set(found) == set(NAMES) == set(WEIGHTS)


def test_only_customer_turns_have_features():
    assert [index for index, _ in features([AGENT, customer("a"), Turn("other", "b"), customer("c")])] == [
        1,
        3,
    ]


def test_a_repetition_is_noticed():
    first, second = (
        found for _, found in features([customer("my parcel is lost"), customer("my parcel is lost")])
    )
    assert (first["says_again"], second["says_again"]) == (0.0, 1.0)


def test_the_agents_failure_is_context():
    ((_, found),) = features([AGENT, customer("How about another one?")])
    assert found["agent_cannot"] == found["another_after_failure"] == 1.0
    assert found["failures_so_far"] == pytest.approx(0.25)


def test_first_and_last_turns_are_marked():
    found = [found for _, found in features([customer("one"), customer("two"), customer("three")])]
    assert [f["first"] for f in found] == [1.0, 0.0, 0.0]
    assert [f["last"] for f in found] == [0.0, 0.0, 1.0]


def test_courtesy_words_do_not_make_a_text_positive():
    ((_, found),) = features([customer("please, thank you, welcome")])
    assert found["words_positive"] == 0.0 < found["polite_positive"]
