"""A transcript and an analysis as JSON: in the platform's own API and in events.

Metrics and sentiment are written as they were stored; their serializers are their schema.
"""

from typing import Any

from rest_framework import serializers

from calls.analysis.turns import MAX_TEXT
from liveplatform.api.serializers import PlainSerializer

LABELS = ("positive", "neutral", "negative", "unknown")
TIMED = "Null if not every turn has its times."

Stored = serializers.Serializer[dict[str, Any]]


class TurnSerializer(Stored):
    """One turn of a transcript."""

    role = serializers.CharField(
        help_text="customer or agent (user, caller, assistant, bot… are understood)."
    )
    text = serializers.CharField(max_length=MAX_TEXT)
    start_ms = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, help_text="From the start of the call."
    )
    end_ms = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class TranscriptSerializer(PlainSerializer):
    """A transcript."""

    turns = TurnSerializer(many=True)
    language = serializers.CharField(required=False, max_length=16)


class CountsSerializer(Stored):
    """A count for each side."""

    customer = serializers.IntegerField()
    agent = serializers.IntegerField()


class TurnCountsSerializer(CountsSerializer):
    """The number of turns; `total` has those of other roles too."""

    total = serializers.IntegerField()


class SharesSerializer(Stored):
    """Shares of each side, from 0 to 1."""

    customer = serializers.FloatField()
    agent = serializers.FloatField()


class PaceSerializer(Stored):
    """Words per minute of each side; null if it did not speak."""

    customer = serializers.FloatField(allow_null=True)
    agent = serializers.FloatField(allow_null=True)


class MonologueSerializer(Stored):
    """The longest time that one side spoke alone."""

    role = serializers.CharField()
    ms = serializers.IntegerField()


class SilenceSerializer(Stored):
    """Gaps of more than five seconds."""

    count = serializers.IntegerField()
    total_ms = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of the duration, from 0 to 1.")


class LatencySerializer(Stored):
    """Milliseconds from the end of a customer's turn to the agent's next."""

    p50 = serializers.FloatField()
    p95 = serializers.FloatField()


class MetricsSerializer(Stored):
    """The metrics of a conversation; one that cannot be computed is null."""

    turns = TurnCountsSerializer()
    questions = CountsSerializer()
    words = CountsSerializer()
    duration_ms = serializers.IntegerField(allow_null=True, help_text=f"First word to last. {TIMED}")
    talk_share = SharesSerializer(allow_null=True)
    longest_monologue = MonologueSerializer(allow_null=True)
    interruptions = CountsSerializer(allow_null=True)
    silence = SilenceSerializer(allow_null=True)
    words_per_minute = PaceSerializer(allow_null=True)
    response_latency_ms = LatencySerializer(allow_null=True)


class TurnSentimentSerializer(Stored):
    """The sentiment of one of the customer's turns."""

    index = serializers.IntegerField(help_text="Of the turn in the transcript, from 0.")
    vars()["label"] = serializers.ChoiceField(choices=LABELS)  # `label` is an attribute of every field
    score = serializers.FloatField(help_text="From -1 to 1.")


class EvidenceSerializer(TurnSentimentSerializer):
    """A turn that shows the sentiment most, and what of it does."""

    why = serializers.ListField(child=serializers.CharField())


class SentimentSerializer(Stored):
    """The customer's sentiment, of the whole call and of each of the customer's turns."""

    vars()["label"] = serializers.ChoiceField(choices=LABELS)
    score = serializers.FloatField(allow_null=True, help_text="From -1 to 1.")
    reason = serializers.CharField(allow_null=True, help_text="Why the label is unknown.")
    turns = TurnSentimentSerializer(many=True)
    evidence = EvidenceSerializer(many=True)


class AnalysisSerializer(PlainSerializer):
    """The result of an analysis."""

    metrics = MetricsSerializer()
    sentiment = SentimentSerializer()
    analyser = serializers.CharField()
    version = serializers.CharField()
    created_at = serializers.DateTimeField()
