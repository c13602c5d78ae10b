"""Ending with the provider's confirmation: POST /v1/live/calls/{id}/end."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.exceptions import CallNotFound
from calls.lifecycle.end import end
from calls.lifecycle.end_strict import end_strictly
from calls.models import Call, Step
from liveplatform.accounts.provider_waits import ProviderBusy
from liveplatform.work.sql import MAX_LOG, PATIENCE_SWEEPS
from providers.errors import NotConfigured, Unavailable
from tests.support.concurrency import at_once
from tests.support.draining import drain
from tests.support.factories import video_call


def strictly(call: Call, **fields) -> Call:
    return end_strictly(call.pk, account_id=call.account_id, actor="key:1", **fields)


def strictly_or_busy(call: Call) -> str:
    """The call's status; "busy" for a request beyond those that may wait for the provider at once."""
    try:
        return strictly(call).status
    except ProviderBusy:
        return "busy"


def test_the_call_is_over_at_the_provider_and_here(line, sandbox):
    call = strictly(line.open(), reason="enough")
    assert (call.status, call.disconnect_reason, call.ended_by) == ("ended", "enough", "key:1")
    assert call.provider_state == "ended"
    assert sandbox.effects("end_room", call.provider_call_id) == 1
    assert Step.objects.get(call=call, kind="terminate").state == "done"


def test_a_second_end_changes_nothing(line, sandbox):
    first = strictly(line.open())
    again = strictly(first, reason="other")
    assert (again.ended_at, again.disconnect_reason) == (first.ended_at, first.disconnect_reason)
    assert sandbox.effects("end_room", first.provider_call_id) == 1


def test_while_the_provider_fails_the_request_is_kept_with_its_reason(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "500", times=3)
    with pytest.raises(Unavailable):
        strictly(call, reason="first")
    call.refresh_from_db()
    assert (call.status, call.disconnect_reason) == ("live", "first")
    assert call.end_requested_at is not None
    sandbox.reset()
    assert strictly(call, reason="second").disconnect_reason == "first"


def test_a_worker_completes_a_request_that_failed(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "500", times=3)
    with pytest.raises(Unavailable):
        strictly(call)
    sandbox.reset()
    Step.objects.filter(call=call).update(due_at=call.created_at)
    drain(Step)
    call.refresh_from_db()
    assert (call.status, call.ended_by) == ("ended", "key:1")


def test_a_call_that_was_given_up_is_errored_and_can_still_be_ended(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "400", times=9)
    with pytest.raises(Unavailable):
        strictly(call)
    assert Call.objects.get(pk=call.pk).status == "errored"
    sandbox.reset()
    assert strictly(call).status == "ended"


def test_a_call_that_the_provider_does_not_have_ends_here(account):
    assert strictly(video_call(account)).status == "ended"


def test_a_call_without_a_connection_cannot_be_confirmed(account):
    with pytest.raises(NotConfigured):
        strictly(video_call(account, provider_call_id="r"))


def test_only_calls_of_the_channel_are_found(line):
    with pytest.raises(CallNotFound):
        strictly(line.dial(), channel=Call.Channel.VIDEO)


def test_an_ended_call_is_returned(line):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="first")
    assert strictly(call).ended_by == "first"


def refused(call: Call, sandbox, times: int = 1) -> Step:
    """The step after so many strict ends while the provider is down."""
    for _ in range(times):
        sandbox.add_fault("get_room", "503", resource=call.provider_call_id)
        sandbox.add_fault("end_room", "503", resource=call.provider_call_id)
        with pytest.raises(Unavailable):
            strictly(call)
        sandbox.reset()
    return Step.objects.get(call=call, kind="terminate")


def test_tries_neither_use_up_the_workers_attempts_nor_move_their_time(line, sandbox):
    call = line.open()
    refused(call, sandbox)
    Step.objects.filter(call=call).update(attempts=3, due_at=Now() + timedelta(seconds=8))
    before = Step.objects.get(call=call)
    after = refused(call, sandbox, times=3)
    assert (after.attempts, after.due_at, after.max_attempts) == (3, before.due_at, before.max_attempts)
    assert (after.state, len(after.log)) == ("pending", 4), "each try is on record"
    assert strictly(call).status == "ended"


def test_tries_while_the_provider_is_down_leave_a_bounded_log(line, sandbox, monkeypatch):
    call = line.open()
    step = refused(call, sandbox)
    Step.objects.filter(pk=step.pk).update(due_at=Now() + timedelta(hours=1), log=step.log * MAX_LOG)
    assert len(refused(call, sandbox).log) == MAX_LOG


def test_the_last_of_the_workers_attempts_is_not_a_requests(line, sandbox):
    call = line.open()
    refused(call, sandbox)
    Step.objects.filter(call=call).update(attempts=40, due_at=Now() + timedelta(hours=1))
    assert refused(call, sandbox).state == "pending"


def test_when_it_is_the_workers_turn_a_request_waits_for_it(line, sandbox, settings):
    call = line.open()
    refused(call, sandbox)
    Step.objects.filter(call=call).update(due_at=Now())
    settings.PROVIDER_TIMEOUT = -0.7  # so it waits 0.3 s
    asked = len(sandbox.ledger(resource=call.provider_call_id))
    with pytest.raises(Unavailable):
        strictly(call)
    assert len(sandbox.ledger(resource=call.provider_call_id)) == asked
    settings.PROVIDER_TIMEOUT = 8.0
    drain(Step)
    assert strictly(call).status == "ended"


def test_a_turn_that_no_worker_takes_is_the_requests(line, sandbox, settings):
    call = line.open()
    refused(call, sandbox)
    overdue = timedelta(seconds=PATIENCE_SWEEPS * settings.WORK_SWEEP + 1)
    Step.objects.filter(call=call).update(due_at=Now() - overdue)
    assert strictly(call).status == "ended"


@pytest.mark.django_db(transaction=True)
def test_a_worker_and_requests_at_once_end_the_room_once(line, sandbox):
    call = line.open()
    step = refused(call, sandbox)
    Step.objects.filter(pk=step.pk).update(due_at=Now())
    answers = at_once(4, lambda number: drain(Step) if number == 0 else strictly_or_busy(call))
    assert set(answers[1:]) <= {"ended", "busy"}
    assert strictly(call).status == "ended"
    assert sandbox.effects("end_room", call.provider_call_id) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_end_the_room_once(line, sandbox):
    call = line.open()
    answers = at_once(4, lambda _: strictly_or_busy(call))
    assert "ended" in answers
    assert set(answers) <= {"ended", "busy"}
    assert strictly(call).status == "ended"
    assert sandbox.effects("end_room", call.provider_call_id) == 1
