"""What is live here and what is live at the provider are compared, both ways."""

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, Reconciliation, Step
from liveplatform.webhooks.models import Event
from tests.support.draining import drain


def go_round(connection):
    """One round over this connection; what it found."""
    Reconciliation.objects.filter(connection=connection).update(due_at=Now())
    drain(Reconciliation)
    return Reconciliation.objects.get(connection=connection).result


def long_ago(call, **fields):
    Call.objects.filter(pk=call.pk).update(created_at=Now() - timedelta(minutes=5), **fields)


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_a_call_that_is_gone_there_is_looked_at_and_ended(line, channel):
    call, connection = (line.dial(), line.phone) if channel == "phone" else (line.open(), line.video)
    long_ago(call)
    if channel == "phone":
        line.hang_up(call)
    else:
        line.provider(call).end_room("default", call.provider_call_id)

    assert go_round(connection)["gone_there"] == 1
    drain(CallMonitor)

    call.refresh_from_db()
    assert call.end_code == "ended_at_provider"


def test_a_call_that_is_live_at_both_ends_is_left_alone(line, sandbox):
    call = line.dial()
    long_ago(call)
    found = go_round(line.phone)
    assert (found["live_there"], found["gone_there"], found["live_after_end"]) == (1, 0, 0)
    assert sandbox.ledger(operation="get_call", resource=call.provider_call_id) == []


def test_a_leg_that_runs_on_after_its_end_is_hung_up_again_and_alarmed(line, sandbox):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call).update(state="done", attempts=1)  # so it was said, and was not so
    long_ago(call, ended_at=Now() - timedelta(minutes=1), provider_state="ended")

    assert go_round(line.phone)["again"] == 1

    call.refresh_from_db()
    assert call.may_still_be_billed
    told = Event.objects.get(subject_id=call.pk, type="call.still_live")
    assert json.loads(told.body)["data"]["call"]["provider"]["state"] == "live"
    assert go_round(line.phone)["again"] == 0, "it is under way"
    drain(Step)
    call.refresh_from_db()
    assert (call.provider_state, sandbox.effects("end_call", call.provider_call_id)) == ("ended", 1)
    assert go_round(line.phone)["live_after_end"] == 0


def test_what_was_given_up_is_taken_up_again_while_it_costs(line):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call, kind="terminate").update(state="failed", attempts=40)
    long_ago(call, ended_at=Now() - timedelta(minutes=1))
    assert go_round(line.phone)["again"] == 1
    assert Step.objects.get(call=call, kind="terminate").max_attempts == 80


def test_legs_that_nobody_here_knows_are_counted_and_left_alone(line, sandbox):
    call = line.dial()
    strange = line.provider(call).make_call(to="+14155550131", from_=call.from_number)
    assert go_round(line.phone)["unknown_here"] == 1
    assert strange.id in sandbox.live()["twilio"]


def test_a_provider_that_does_not_answer_ends_nothing_and_is_asked_again(line, sandbox, settings):
    call = line.dial()
    long_ago(call)
    sandbox.add_fault("list_calls", "503")
    assert "503" in go_round(line.phone)["unanswered"]
    assert "live_there" in go_round(line.phone)
    call.refresh_from_db()
    assert not call.is_over


def test_the_list_is_read_whole(line, monkeypatch):
    monkeypatch.setattr("providers.twilio.adapter.PAGE_SIZE", 2)
    for _ in range(5):
        line.dial()
    assert go_round(line.phone)["live_there"] == 5
