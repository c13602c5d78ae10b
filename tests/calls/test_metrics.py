"""Gauges of calls: open, past their time limit, ended here and live at the provider."""

from datetime import timedelta

from django.db.models.functions import Now

from calls.metrics import GAUGES, given_up, overdue
from calls.models import Call, Step
from tests.support.factories import phone_call


def open_calls():
    (gauge,) = (gauge for gauge in GAUGES if gauge.name == "liveplatform_calls_open")
    return dict(gauge.read())


def test_open_calls_are_counted_by_status(account):
    before = open_calls()
    phone_call(account)
    phone_call(account, status="scheduled")
    phone_call(account, status="ended", ended_at=Now())
    assert open_calls() == {"live": before["live"] + 1, "scheduled": before["scheduled"] + 1}


def test_a_call_is_overdue_five_seconds_past_its_limit(account):
    late, due = (phone_call(account, time_limit=60) for _ in range(2))
    Call.objects.filter(pk=late.pk).update(started_at=Now() - timedelta(seconds=66))
    Call.objects.filter(pk=due.pk).update(started_at=Now() - timedelta(seconds=63))
    assert list(overdue().values_list("pk", flat=True)) == [late.pk]


def test_an_ended_call_that_is_live_at_its_provider_is_billed(account):
    ended = {"status": "ended", "ended_at": Now()}
    billed = phone_call(account, provider_state="live", **ended)
    phone_call(account, provider_state="ended", **ended)
    phone_call(account, provider_state="live")
    assert list(Call.still_billed()) == [billed]


def test_a_call_that_could_not_be_ended_is_errored_until_it_has_ended(account):
    running, over = phone_call(account), phone_call(account, provider_state="ended")
    for call in (running, over):
        Step.objects.create(call=call, kind=Step.Kind.TERMINATE, state="failed")
        Step.objects.create(call=call, kind=Step.Kind.CLEAN_UP, state="failed")
    assert [step.call_id for step in given_up()] == [running.pk]
