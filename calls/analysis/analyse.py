"""Analyse a conversation: metrics, and sentiment by the analyser of settings.ANALYSER."""

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
    """Metrics and sentiment as JSON, with the analyser's name and version."""

    metrics: dict[str, Any]
    sentiment: dict[str, Any]
    analyser: str
    version: str


def analyse(turns: Sequence[Turn], language: str = "") -> AnalysisResult:
    """Compute metrics and sentiment. HTTP analysers raise AnalyserUnavailable or AnalyserRejected."""
    analyser = get_analyser(settings.ANALYSER)
    sentiment = analyser.score(turns, language)
    return AnalysisResult(measure(turns), sentiment.as_json(), analyser.name, analyser.version)


@cache
def get_analyser(name: str) -> Analyser:
    """The analyser "lexicon", "openai", or the class at a dotted path."""
    match name:
        case "lexicon":
            return LexiconAnalyser()
        case "openai":
            return OpenAIAnalyser(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL)
        case _:
            analyser: Analyser = import_string(name)()
            return analyser
