"""Analysing a conversation: its metrics, and its sentiment by the analyser that settings name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from calls.analysis.lexicon import LexiconAnalyser
from calls.analysis.metrics import measure
from calls.analysis.openai import OpenAIAnalyser
from calls.analysis.sentiment import Analyser
from calls.analysis.turns import Turn


@dataclass(frozen=True)
class AnalysisResult:
    """What was found, and by which analyser in which version."""

    metrics: dict[str, Any]
    sentiment: dict[str, Any]
    analyser: str
    version: str


def analyse(turns: Sequence[Turn], language: str = "") -> AnalysisResult:
    """Metrics and sentiment. Raises AnalyserUnavailable or AnalyserRejected (HTTP analysers only)."""
    judge = get_analyser(settings.ANALYSER)
    sentiment = judge.score(turns, language)
    return AnalysisResult(measure(turns), sentiment.as_json(), judge.name, judge.version)


@cache
def get_analyser(name: str) -> Analyser:
    """The analyser of that name: "lexicon", "openai", or a dotted path to a class."""
    match name:
        case "lexicon":
            return LexiconAnalyser()
        case "openai":
            return OpenAIAnalyser(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL)
        case _:
            found: Analyser = import_string(name)()
            return found
