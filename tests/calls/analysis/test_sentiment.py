"""The JSON of a sentiment."""

from calls.analysis.sentiment import Sentiment, TurnSentiment


def test_evidence_has_reasons_and_turns_have_none():
    turn = TurnSentiment(3, "negative", -0.5, ("complains",))
    shown = Sentiment("negative", -0.5, [turn], [turn]).as_json()
    assert shown["turns"] == [{"index": 3, "label": "negative", "score": -0.5}]
    assert shown["evidence"] == [{"index": 3, "label": "negative", "score": -0.5, "why": ["complains"]}]
    assert shown["reason"] is None


def test_an_unknown_sentiment_has_a_reason_and_no_score():
    shown = Sentiment("unknown", None, reason="too short").as_json()
    assert (shown["label"], shown["score"], shown["reason"]) == ("unknown", None, "too short")
