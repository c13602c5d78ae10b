"""Transcript and Analysis."""

from calls.models import Analysis, Transcript
from tests.support.factories import phone_call


def test_an_analysis_is_named_by_its_analyser_and_label(account):
    analysis = Analysis(analyser="lexicon", version="3", sentiment={"label": "negative"})
    assert str(analysis) == "lexicon 3: negative"
    assert str(Analysis(analyser="openai", version="m")) == "openai m: unknown"


def test_a_deleted_call_takes_its_transcript_and_analyses_along(account):
    call = phone_call(account)
    Transcript.objects.create(call=call)
    Analysis.objects.create(call=call, analyser="lexicon", version="3")
    call.delete()
    assert not Transcript.objects.exists() and not Analysis.objects.exists()
