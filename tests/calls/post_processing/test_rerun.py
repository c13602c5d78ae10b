"""Rerunning a step: later by a worker, or now in this process."""

from uuid import uuid4

import pytest

from calls.exceptions import CallNotFound, CallStateError
from calls.lifecycle.end import end
from calls.models import Activity, Call, Step
from calls.post_processing.rerun import rerun_step, run_step
from tests.support.factories import phone_call

KIND = Step.Kind.CLEAN_UP


@pytest.fixture
def call(account) -> Call:
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    return call


def step_of(call: Call, kind: str = KIND) -> Step:
    return Step.objects.get(call=call, kind=kind)


def test_a_settled_step_is_due_again_with_fresh_attempts(call):
    Step.objects.filter(call=call, kind=KIND).update(state="failed", attempts=12, max_attempts=12)
    assert "it runs again now" in rerun_step(step_of(call), "staff:ann")
    step = step_of(call)
    assert (step.state, step.max_attempts) == ("pending", 24)
    activity = Activity.objects.get(call=call)
    assert (activity.actor, activity.verb, activity.detail) == (
        "staff:ann",
        "run again",
        "clean_up, which was failed",
    )


def test_an_open_step_is_left_to_its_worker(call):
    assert "a worker will run it anyway" in rerun_step(step_of(call, "analyse"))
    assert not Activity.objects.filter(call=call).exists()


def test_a_step_runs_now_and_the_outcome_is_described(call):
    assert "skipped: The call has no streams." in run_step(call.pk, KIND)
    assert step_of(call).attempts == 1


def test_a_pending_step_runs_now_too(call):
    assert "skipped: No transcript" in run_step(call.pk, Step.Kind.ANALYSE)


def test_a_step_that_a_worker_has_is_not_run_twice(call):
    lease = call.created_at.replace(year=2999)
    Step.objects.filter(call=call, kind=KIND).update(state="running", due_at=lease)
    assert "a worker has it until" in run_step(call.pk, KIND)


def test_notify_waits_for_the_others(call):
    with pytest.raises(CallStateError, match="waits until the other steps"):
        run_step(call.pk, Step.Kind.NOTIFY)


def test_a_live_call_has_no_steps(account):
    with pytest.raises(CallStateError, match="has not ended"):
        run_step(phone_call(account).pk, KIND)


def test_an_unknown_call_is_not_found(db):
    with pytest.raises(CallNotFound):
        run_step(uuid4(), KIND)
