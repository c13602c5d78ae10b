"""The default analyser: complaints count, courtesy does not, and too little text is unknown."""

import pytest

from benchmarks.dialogues import FOLDER, SETS, dialogues
from benchmarks.sentiment import measured, ours, plain
from calls.analysis.features import features
from calls.analysis.lexicon import LexiconAnalyser, score_turn
from calls.analysis.turns import Turn, parse_turns
from calls.demo.transcript import turns as demo_turns

HELLO = Turn("agent", "Hello, how can I help you?")

UTTERANCES = [
    ("I have called four times and no one called back", "negative"),
    ("It is still not working", "negative"),
    ("Let me speak to a supervisor", "negative"),
    ("I have been on hold for forty minutes", "negative"),
    ("Please stop calling me", "negative"),
    ("That is not what I asked for", "negative"),
    ("I want to cancel my subscription and get a refund", "negative"),
    ("Thank you so much, you have been very helpful!", "positive"),
    ("I would like to pay with my credit card", "neutral"),
    ("Yes please, that would be great", "neutral"),
    ("What is the problem with your device?", "neutral"),
    ("I need a train to Cambridge", "neutral"),
    ("You have charged my card twice", "negative"),
    ("I already told you my number", "negative"),
    ("I have been cut off three times", "negative"),
    ("How long is the flight?", "neutral"),
    ("I will be waiting at the station", "neutral"),
    ("I went there several times", "neutral"),
    ("Can you cancel my taxi", "neutral"),
    ("I am a manager at a shop", "neutral"),
]


def scored(text):
    return score_turn(*features([HELLO, Turn("customer", text)])[0])


@pytest.mark.parametrize(("text", "label"), UTTERANCES)
def test_typical_utterances(text, label):
    assert scored(text).label == label


def test_sarcasm_is_not_praise():
    assert scored("Yeah great, another robot").label != "positive"


def test_a_complaint_has_a_reason():
    assert "complains" in scored("It is still not working").why


def test_the_overall_label_has_evidence():
    found = LexiconAnalyser().score(parse_turns(demo_turns()))
    assert found.label == "negative"
    assert -1 <= found.score < 0
    assert found.evidence and all(entry.label == "negative" and entry.why for entry in found.evidence[:1])
    assert {entry.index for entry in found.turns} == {
        i for i, t in enumerate(demo_turns()) if t["role"] == "customer"
    }


def test_the_agents_courtesy_does_not_count():
    mine = [
        Turn("customer", "My order has not arrived and I want to know where it is"),
        Turn("customer", "It was ordered on Monday last week"),
    ]
    kind = [Turn("agent", "Wonderful! Great! I am so happy to help you!")]
    without = LexiconAnalyser().score(mine)
    assert LexiconAnalyser().score([*mine, *kind]).label == without.label


@pytest.mark.parametrize(
    ("turns", "language"),
    [
        ([], ""),
        ([Turn("agent", "Hello " * 50)], ""),
        ([Turn("customer", "This is one single turn with more than ten words in it, is it not")], ""),
        ([Turn("customer", "Yes"), Turn("customer", "No")], ""),
        (
            [
                Turn("customer", "Guten Tag, mein Internet geht seit gestern nicht mehr"),
                Turn("customer", "Ich habe schon dreimal angerufen"),
            ],
            "",
        ),
        (
            [Turn("customer", "I have called four times"), Turn("customer", "and no one has called me back")],
            "de",
        ),
    ],
)
def test_too_little_or_not_english_is_unknown_with_a_reason(turns, language):
    found = LexiconAnalyser().score(turns, language)
    assert (found.label, found.score) == ("unknown", None)
    assert found.reason


@pytest.mark.parametrize("name", SETS)
def test_it_beats_plain_vader_on_labelled_dialogues(name):
    if not FOLDER.exists():
        pytest.skip("the labelled dialogues are not beside this checkout")
    found = dialogues(name)
    (base, _), (own, _) = measured(found, plain), measured(found, ours)
    assert own["macro"] >= 1.5 * base["macro"]
