"""A hang-up that was given up: told once, taken up again by every later end, tried ever more rarely."""

import json
from datetime import timedelta

import pytest
import structlog
from django.core.management import call_command
from django.db.models.functions import Now
from structlog.testing import LogCapture

from calls.bulk.operations import by_ids, start_operation
from calls.filters import CallFilter
from calls.lifecycle.end import end, end_from_task
from calls.lifecycle.end_strict import end_strictly
from calls.models import Activity, AutoEndRule, Call, CallMonitor, Operation, Step
from calls.models.end_code import EndCode
from calls.monitoring.late_legs import PACE, terminate_again
from calls.sql import end_if_live
from liveplatform.accounts.deactivation import StillRunning, deactivate
from liveplatform.webhooks.models import Event
from liveplatform.work.sql import MAX_LOG
from providers.errors import Unavailable
from tests.support.concurrency import after_commit_of, at_once
from tests.support.draining import drain
from tests.support.monitoring import backdate, check, reconcile


def refuse(sandbox, call):
    """The provider refuses to end this call, in its own words, from now on."""
    operation = "end_call" if call.channel == Call.Channel.PHONE else "end_room"
    sandbox.add_fault(operation, "400" if operation == "end_call" else "401", resource=call.provider_call_id)
    sandbox.add_fault(operation, "400", resource=call.provider_call_id, times=None)


@pytest.fixture
def given_up(line, sandbox, logged):
    """A phone call that ended here, and whose hang-up its provider refused for good."""
    call = line.dial()
    refuse(sandbox, call)
    end(call.pk, account_id=line.account.pk, actor="first")
    drain(Step)
    assert (step_of(call).state, levels(logged, call)) == ("failed", ["error"])
    return call


@pytest.fixture
def errored(line, sandbox):
    """A live call whose end was requested strictly, and refused for good."""
    call = line.dial()
    refuse(sandbox, call)
    with pytest.raises(Unavailable):
        end_strictly(call.pk, account_id=line.account.pk, actor="first")
    assert Call.objects.get(pk=call.pk).status == "errored"
    return call


@pytest.fixture
def logged(monkeypatch):
    """The lines about settled steps, which tests otherwise leave out of the log."""
    capture = LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.stdlib.BoundLogger)
    monkeypatch.setattr("liveplatform.work.settle.log", logger)
    return capture


def levels(logged, call):
    """How loudly it was logged that the call's steps failed."""
    lines = [entry for entry in logged.entries if entry["event"] == "work_failed"]
    return [entry["log_level"] for entry in lines if entry["call_id"] == str(call.pk)]


def step_of(call):
    return Step.objects.get(call=call, kind="terminate")


def events(call, *types):
    return list(Event.objects.filter(subject_id=call.pk, type__in=types).order_by("sequence"))


def assert_hung_up(call, sandbox):
    sandbox.reset()
    drain(Step)
    call.refresh_from_db()
    assert (call.is_over, call.provider_state, step_of(call).state) == (True, "ended", "done")
    assert call.provider_call_id not in sandbox.live()["twilio"]
    assert sandbox.effects("end_call", call.provider_call_id) == 1


def by_api(api, call):
    assert api("POST", "/calls/end", {"call_id": str(call.pk)}).status_code == 200


def by_platform_api(api, call):
    assert api("POST", f"/v1/calls/{call.pk}/end", {}).status_code == 200


def by_task(api, call):
    end_from_task(call.pk)


def by_ids_in_bulk(api, call):
    options = {"reason": "", "code": EndCode.ENDED_BY_API, "actor": "key:1"}
    start_operation(call.account_id, by_ids([call.pk]), **options)
    drain(Operation)


def by_emergency_stop(api, call):
    options = {"reason": "", "code": EndCode.EMERGENCY_STOP, "actor": "staff:a"}
    start_operation(call.account_id, CallFilter.from_json({"channel": {"eq": "phone"}}), **options)
    drain(Operation)


def by_bulk_end_of_all(api, call):
    options = {"reason": "", "code": EndCode.ENDED_BY_API, "actor": "key:1"}
    start_operation(call.account_id, CallFilter(), **options)
    drain(Operation)


def by_filter(api, call):
    options = {"reason": "", "code": EndCode.ENDED_BY_API, "actor": "key:1"}
    start_operation(call.account_id, CallFilter.from_json({"to": {"eq": call.to_number}}), **options)
    drain(Operation)


def by_deactivation(api, call):
    with pytest.raises(StillRunning, match=r"1 hang-up|1 open call"):
        deactivate(call.account, end_running=False, actor="staff:a")
    deactivate(call.account, end_running=True, actor="staff:a")
    drain(Operation)


def by_command(api, call):
    call_command("end_calls", str(call.pk), now=True)


def by_rule(api, call):
    AutoEndRule.objects.create(account_id=call.account_id, name="r", filter={}, min_age=0)
    drain(AutoEndRule)


def by_time_limit(api, call):
    Call.objects.filter(pk=call.pk).update(time_limit=1, started_at=Now() - timedelta(seconds=5))
    check(call)


ENDS = [by_api, by_platform_api, by_task, by_ids_in_bulk, by_emergency_stop, by_bulk_end_of_all]
ENDS += [by_filter, by_deactivation, by_command]


@pytest.mark.parametrize("later_end", ENDS)
def test_any_later_end_takes_the_hang_up_of_an_ended_call_up_again(api, given_up, sandbox, later_end):
    log = step_of(given_up).log
    later_end(api, given_up)
    step = step_of(given_up)
    assert (step.state, step.log[: len(log)]) == ("pending", log)
    assert step.max_attempts == step.attempts + Step.MAX_ATTEMPTS["terminate"]
    assert Activity.objects.filter(call=given_up, verb="run again").count() == 1
    assert_hung_up(given_up, sandbox)


@pytest.mark.parametrize("later_end", [*ENDS, by_rule, by_time_limit])
def test_any_later_end_of_an_errored_call_ends_it_and_hangs_up(api, errored, sandbox, later_end):
    later_end(api, errored)
    errored.refresh_from_db()
    assert (errored.status, step_of(errored).state) == ("ended", "pending")
    assert_hung_up(errored, sandbox)


def test_a_strict_end_of_an_ended_call_takes_it_up_again(given_up, sandbox):
    end_strictly(given_up.pk, account_id=given_up.account_id, actor="key:2")
    assert step_of(given_up).state == "pending"
    assert_hung_up(given_up, sandbox)


def test_an_end_of_another_account_takes_nothing_up(given_up):
    end_if_live(given_up.pk, given_up.connection_id, "r", "stale", "stranger")
    assert step_of(given_up).state == "failed"


def test_what_was_done_or_is_under_way_is_not_run_again(line, sandbox):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="first")
    before = step_of(call)
    end(call.pk, account_id=line.account.pk, actor="second")
    assert (step_of(call).due_at, step_of(call).updated_at) == (before.due_at, before.updated_at)
    drain(Step)
    end(call.pk, account_id=line.account.pk, actor="third")
    assert step_of(call).state == "done"


@pytest.mark.django_db(transaction=True)
def test_of_many_ends_at_once_one_takes_it_up(given_up, sandbox):
    at_once(6, lambda n: end(given_up.pk, account_id=given_up.account_id, actor=f"key:{n}"))
    assert Activity.objects.filter(call=given_up, verb="run again").count() == 1
    assert_hung_up(given_up, sandbox)


@pytest.mark.django_db(transaction=True)
def test_ends_and_reconcilers_at_once_do_not_lock_each_other_out(given_up):
    """Both lock the call before its step; in another order some would fail with a deadlock."""

    result = after_commit_of(
        lambda: Call.lock([given_up.pk]),
        lambda: end(given_up.pk, account_id=given_up.account_id, actor="key:1"),
        then=lambda: terminate_again(given_up.pk),
    )
    assert not result.changed
    assert step_of(given_up).state == "pending"


@pytest.mark.django_db(transaction=True)
def test_of_many_ends_of_an_errored_call_at_once_one_ends_it(errored, sandbox):
    at_once(6, lambda n: end(errored.pk, account_id=errored.account_id, actor=f"key:{n}"))
    assert len(events(errored, "call.ended")) == 1
    assert_hung_up(errored, sandbox)


@pytest.mark.parametrize("fixture", ["given_up", "errored"])
def test_giving_up_is_told_with_the_call_as_it_is(request, fixture):
    call = request.getfixturevalue(fixture)
    (event,) = events(call, "call.errored")
    shown = json.loads(event.body)["data"]["call"]
    assert (shown["id"], shown["status"]) == (str(call.pk), "ended" if fixture == "given_up" else "errored")
    assert shown["provider"]["state"] == "live"


def test_attempts_that_are_used_up_are_told_too(line, sandbox):
    call = line.dial()
    sandbox.add_fault("*", "503", resource=call.provider_call_id, times=None)
    end(call.pk, account_id=line.account.pk, actor="first")
    Step.objects.filter(call=call, kind="terminate").update(max_attempts=1)
    drain(Step)
    assert step_of(call).state == "failed"
    assert len(events(call, "call.errored")) == 1


def waited(call, pause):
    """As if this time had passed since the hang-up was given up, or last tried by reconciliation."""
    times = {"given_up_since": Now() - pause, "paced_try_at": Now() - pause}
    Step.objects.filter(call=call, kind="terminate").update(**times)


def test_a_refusal_for_good_is_told_once_and_tried_ever_more_rarely(given_up, line, logged):
    backdate(given_up, ended_at=Now() - timedelta(minutes=1))
    processed = len(events(given_up, "call.processed", "call.updated"))
    for number, pause in enumerate(PACE, 1):
        waited(given_up, pause * 0.9)
        assert reconcile(line.phone)["again"] == 0, f"try {number} is too early"
        waited(given_up, pause)
        assert reconcile(line.phone)["again"] == 1
        drain(Step)
        assert step_of(given_up).was_given_up_before
    assert levels(logged, given_up) == ["error", *["warning"] * len(PACE)]
    assert len(events(given_up, "call.errored")) == 1
    assert events(given_up, "call.still_live") == []
    assert len(events(given_up, "call.processed", "call.updated")) == processed
    waited(given_up, PACE[-1] * 0.9)
    assert reconcile(line.phone)["again"] == 0, "the last pause stays"


def test_repeated_ends_never_delay_the_tries_of_reconciliation(given_up, line, logged):
    backdate(given_up, ended_at=Now() - timedelta(minutes=1))
    waited(given_up, PACE[0])
    for _ in range(3):
        end(given_up.pk, account_id=line.account.pk, actor="key:1")
        drain(Step)
    assert reconcile(line.phone)["again"] == 1
    drain(Step)
    end(given_up.pk, account_id=line.account.pk, actor="key:1")
    drain(Step)
    waited(given_up, PACE[1])
    assert reconcile(line.phone)["again"] == 1
    assert Activity.objects.filter(call=given_up, verb="run again").count() == 1, "one for who repeats it"


def test_the_log_of_repeated_tries_is_bounded_and_forgets_nothing(given_up, line, logged):
    step = step_of(given_up)
    out_of_turn = [{"attempt": 1, "outcome": "retry", "out_of_turn": True}] * MAX_LOG
    Step.objects.filter(pk=step.pk).update(log=out_of_turn)
    waited(given_up, timedelta(seconds=1))
    end(given_up.pk, account_id=line.account.pk, actor="key:1")
    drain(Step)
    assert len(step_of(given_up).log) == MAX_LOG
    assert levels(logged, given_up) == ["error", "warning"]
    assert len(events(given_up, "call.errored")) == 1


def test_an_errored_call_is_tried_again_too(errored, line, sandbox):
    backdate(errored, end_requested_at=Now() - timedelta(minutes=1))
    waited(errored, PACE[0])
    assert reconcile(line.phone)["again"] == 1
    assert CallMonitor.objects.filter(call=errored).exists()
    assert_hung_up(errored, sandbox)


def test_a_refusal_after_it_was_done_is_told_again(given_up, sandbox):
    end(given_up.pk, account_id=given_up.account_id, actor="again")
    assert_hung_up(given_up, sandbox)
    sandbox.add_fault("get_call", "400", resource=given_up.provider_call_id)
    assert step_of(given_up).restart()
    drain(Step)
    assert not step_of(given_up).was_given_up_before
    assert len(events(given_up, "call.errored")) == 2
