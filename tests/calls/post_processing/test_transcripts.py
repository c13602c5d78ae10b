"""Transcripts: stored before the end, restarting the analysis after it."""

import pytest

from calls.analysis.turns import MAX_TURNS, BadTurn
from calls.exceptions import TranscriptTooLong
from calls.lifecycle.end import end
from calls.models import Activity, Analysis, Step, Transcript
from calls.post_processing import transcripts
from tests.support.draining import drain
from tests.support.factories import phone_call

HELLO = {"role": "customer", "text": "hello"}


@pytest.fixture
def over(account):
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    return call


def analysis_of(call) -> Step:
    return Step.objects.get(call=call, kind="analyse")


def test_put_replaces_and_append_adds(account):
    call = phone_call(account)
    transcripts.put(call, [HELLO], "en")
    transcripts.put(call, [HELLO, HELLO])
    transcripts.append(call, [HELLO])
    transcript = Transcript.objects.get(call=call)
    assert (len(transcript.turns), transcript.language) == (3, "")


def test_appending_to_a_live_call_leaves_no_activity(account):
    call = phone_call(account)
    transcripts.append(call, [HELLO], actor="key:1")
    assert not Activity.objects.filter(call=call).exists()
    transcripts.put(call, [HELLO], actor="key:1")
    assert Activity.objects.get(call=call).verb == "transcript put"


def test_a_late_transcript_is_analysed(over):
    Step.objects.filter(call=over, kind="analyse").update(state="skipped", attempts=1)
    transcripts.put(over, [HELLO], actor="key:1")
    drain(Step)
    assert analysis_of(over).state == "done"
    assert Analysis.objects.filter(call=over).count() == 1


def test_a_running_analysis_is_invalidated(over):
    Step.objects.filter(call=over, kind="analyse").update(state="running", attempts=3, fencing_token=5)
    transcripts.append(over, [HELLO], actor="key:1")
    step = analysis_of(over)
    assert (step.state, step.fencing_token, step.max_attempts) == ("pending", 6, 9)
    assert Activity.objects.get(call=over).verb == "transcript appended"


def test_a_live_call_has_no_analysis_to_restart(account):
    assert transcripts.restart_analysis(phone_call(account)) is False


def test_an_append_beyond_the_limit_is_refused(account):
    call = phone_call(account)
    Transcript.objects.create(call=call, turns=[HELLO] * MAX_TURNS)
    with pytest.raises(TranscriptTooLong):
        transcripts.append(call, [HELLO])


def test_an_invalid_turn_stores_nothing(account):
    call = phone_call(account)
    with pytest.raises(BadTurn):
        transcripts.put(call, [{"role": "customer"}])
    assert not Transcript.objects.filter(call=call).exists()
