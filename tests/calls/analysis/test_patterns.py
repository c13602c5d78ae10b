"""The phrase patterns: one phrase that each must match, and one that it must not."""

import pytest

from calls.analysis.patterns import AGENT_PATTERNS, COURTESY, CUSTOMER_PATTERNS

MATCHES = [
    ("complains", "it is still not working", "i need a train"),
    ("escalates", "let me talk to your supervisor", "i am a manager at a shop"),
    ("corrects", "no, i meant monday", "no thanks"),
    ("gives_up", "never mind", "i would mind that"),
    ("thanks", "thank you", "think about it"),
    ("closes", "goodbye", "by the way"),
    ("declines", "not really", "it is not really true"),
    ("asks", "where is it", "it is there"),
]


@pytest.mark.parametrize(("name", "text", "other"), MATCHES, ids=[name for name, _, _ in MATCHES])
def test_a_pattern_matches_its_phrase_only(name, text, other):
    assert CUSTOMER_PATTERNS[name].search(text)
    assert not CUSTOMER_PATTERNS[name].search(other)


def test_agents_have_patterns_of_their_own():
    assert AGENT_PATTERNS["agent_cannot"].search("we are fully booked")
    assert not set(AGENT_PATTERNS) & set(CUSTOMER_PATTERNS)


def test_courtesy_is_taken_out():
    assert COURTESY.sub("", "please help me") == "  me"
