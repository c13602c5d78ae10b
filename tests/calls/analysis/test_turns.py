"""Parsing turns: the first invalid one is named."""

import pytest

from calls.analysis.turns import BadTurn, parse_turns


@pytest.mark.parametrize(
    ("raw", "index", "field"),
    [
        ([{"role": "customer"}], 0, "text"),
        ([{"role": "customer", "text": "a"}, {"role": 7, "text": "b"}], 1, "role"),
        ([{"role": "customer", "text": "a\0"}], 0, "text"),
        ([{"role": "customer", "text": "a" * 10_001}], 0, "text"),
        ([{"role": "customer", "text": "a", "start_ms": -1}], 0, "start_ms"),
        ([{"role": "customer", "text": "a", "start_ms": 1.5}], 0, "start_ms"),
        ([{"role": "customer", "text": "a", "start_ms": True}], 0, "start_ms"),
        ([{"role": "customer", "text": "a", "start_ms": 5, "end_ms": 4}], 0, "end_ms"),
        ([{"role": "customer", "text": "a", "mood": "bad"}], 0, "mood"),
        (["hello"], 0, ""),
        ({"role": "customer"}, 0, ""),
    ],
)
def test_a_bad_turn_is_named(raw, index, field):
    with pytest.raises(BadTurn) as raised:
        parse_turns(raw)
    assert (raised.value.index, raised.value.field) == (index, field)


def test_roles_have_other_names():
    parsed = parse_turns(
        [{"role": "User", "text": "a"}, {"role": "assistant", "text": "b"}, {"role": "narrator", "text": "c"}]
    )
    assert [turn.role for turn in parsed] == ["customer", "agent", "other"]
