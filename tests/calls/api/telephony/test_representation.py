"""A call of the telephony API: its status, its transcript as text, and its newest analysis."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.api.telephony.representation import TelephonyCall, all_with_insight, with_insight
from calls.models import Analysis, Transcript
from tests.support.factories import phone_call

TURNS = [{"role": "customer", "text": "hello"}, {"role": "agent", "text": "good day"}]


@pytest.fixture
def ended(account):
    call = phone_call(account, status="ended", ended_at=timezone.now(), provider_status="busy")
    Transcript.objects.create(call=call, turns=TURNS, language="en")
    for age, label in ((2, "negative"), (1, "positive")):
        analysis = Analysis.objects.create(call=call, sentiment={"label": label}, analyser="a", version="1")
        at = timezone.now() - timedelta(hours=age)
        Analysis.objects.filter(pk=analysis.pk).update(created_at=at)
    return call


def test_a_transcript_is_shown_as_text_and_as_turns(ended):
    shown = with_insight(ended)
    assert shown.transcript == "customer: hello\nagent: good day"
    assert (shown.transcript_object, shown.transcript_language) == ({"turns": TURNS}, "en")


def test_the_newest_analysis_is_shown(ended):
    outcomes = with_insight(ended).agent_post_call_outcomes
    assert outcomes == {"metrics": {}, "sentiment": {"label": "positive"}}


def test_a_call_without_transcript_and_analysis_shows_none(account):
    shown = TelephonyCall(phone_call(account, provider_status="ringing"))
    assert (shown.transcript, shown.transcript_object, shown.agent_post_call_outcomes) == ("", None, None)
    assert shown.call_status == "ringing"


def test_many_calls_are_two_statements_and_the_same(account, ended, django_assert_num_queries):
    live = phone_call(account)
    with django_assert_num_queries(2):
        shown = all_with_insight([live, ended])
    assert shown == [with_insight(live), with_insight(ended)]
