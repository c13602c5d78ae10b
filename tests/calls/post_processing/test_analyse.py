"""Step analyse: the transcript's metrics and sentiment are saved."""

from calls.analysis.openai import AnalyserRejected, AnalyserUnavailable
from calls.demo.transcript import turns
from calls.lifecycle.end import end
from calls.models import Analysis, Call, Step, Transcript
from calls.post_processing import analyse
from tests.support.draining import drain
from tests.support.factories import phone_call


class Failing:
    """An analyser that raises; settings.ANALYSER names a subclass."""

    name = version = "failing"
    error: Exception

    def score(self, _turns, _language=""):
        raise self.error


class Unavailable(Failing):
    error = AnalyserUnavailable("busy", 7.0)


class Rejecting(Failing):
    error = AnalyserRejected("no key")


def ended(account, transcript=None) -> Call:
    call = phone_call(account, provider_call_id="")
    if transcript is not None:
        Transcript.objects.create(call=call, turns=transcript)
    end(call.pk, account_id=account.pk, actor="test")
    Step.objects.filter(call=call, kind="analyse").update(due_at=call.created_at)
    drain(Step)
    return call


def test_an_analysis_is_saved_and_summed_up_on_the_call(account):
    call = ended(account, turns())
    analysis = Analysis.objects.get(call=call)
    step = Step.objects.get(call=call, kind="analyse")
    assert (analysis.analyser, analysis.created_at) == ("lexicon", step.settled_at)
    call.refresh_from_db()
    assert call.sentiment == analysis.sentiment["label"] == "negative"
    assert call.latency == analysis.metrics["response_latency_ms"]["p50"] / 1000


def test_without_a_transcript_it_is_skipped(account):
    for call in (ended(account), ended(account, [])):
        assert Step.objects.get(call=call, kind="analyse").state == "skipped"
        assert not Analysis.objects.filter(call=call).exists()


def test_a_transcript_without_times_has_no_latency(account):
    call = ended(account, [{"role": "customer", "text": "hello"}])
    call.refresh_from_db()
    assert (call.sentiment, call.latency) == ("unknown", None)


def test_an_analyser_that_is_away_is_asked_again(account, settings):
    settings.ANALYSER = f"{__name__}.Unavailable"
    outcome = analyse.attempt(Transcript(call=phone_call(account), turns=turns()))()
    assert (outcome.error, outcome.retry_after) == ("busy", 7.0)


def test_an_analyser_that_refuses_is_not(account, settings):
    settings.ANALYSER = f"{__name__}.Rejecting"
    outcome = analyse.attempt(Transcript(call=phone_call(account), turns=turns()))()
    assert (outcome.state, outcome.error) == ("failed", "no key")
