"""Legs that are live at their provider after their call has ended here."""

import json
from datetime import timedelta

from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Step
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.monitoring import backdate, reconcile


def test_a_leg_that_outlives_its_call_is_terminated_again_and_reported(line, sandbox):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call).update(state="done", attempts=1)  # so it was said, and was not so
    backdate(call, ended_at=Now() - timedelta(minutes=1), provider_state="ended")

    assert reconcile(line.phone)["again"] == 1

    call.refresh_from_db()
    assert call.may_still_be_billed
    event = Event.objects.get(subject_id=call.pk, type="call.still_live")
    assert json.loads(event.body)["data"]["call"]["provider"]["state"] == "live"
    assert reconcile(line.phone)["again"] == 0, "it is under way"
    drain(Step)
    call.refresh_from_db()
    assert (call.provider_state, sandbox.effects("end_call", call.provider_call_id)) == ("ended", 1)
    assert reconcile(line.phone)["live_after_end"] == 0


def test_a_failed_terminate_runs_again_while_the_leg_is_live(line):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call, kind="terminate").update(state="failed", attempts=40)
    backdate(call, ended_at=Now() - timedelta(minutes=1))
    assert reconcile(line.phone)["again"] == 1
    assert Step.objects.get(call=call, kind="terminate").max_attempts == 80
