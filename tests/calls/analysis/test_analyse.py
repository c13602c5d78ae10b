"""Choosing an analyser, and the JSON of an analysis."""

import json

from calls.analysis.analyse import analyse, get_analyser
from calls.analysis.lexicon import LexiconAnalyser
from calls.analysis.turns import parse_turns
from calls.demo.transcript import turns as demo_turns


def test_analysers_are_found_by_name_or_dotted_path():
    assert get_analyser("lexicon").name == "lexicon"
    assert get_analyser("openai").name == "openai"
    assert isinstance(get_analyser("calls.analysis.lexicon.LexiconAnalyser"), LexiconAnalyser)


def test_an_analysis_is_json_and_names_its_analyser():
    found = analyse(parse_turns(demo_turns()))
    assert (found.analyser, found.version) == ("lexicon", LexiconAnalyser.version)
    assert json.loads(json.dumps(vars(found)))["sentiment"]["label"] == "negative"
    assert found.metrics["turns"]["total"] == len(demo_turns())
