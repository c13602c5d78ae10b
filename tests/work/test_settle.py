"""Settling: outcomes become states, consequences are written with them, and stale owners write nothing."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Step
from calls.post_processing.queue import STEPS
from liveplatform.accounts.models import Account
from liveplatform.work.drain import drain as drain_queue
from liveplatform.work.outcomes import fail, postpone, retry, succeeded
from liveplatform.work.settle import settle, settle_batch
from tests.support.draining import attempt_of, due_steps, queue_of
from tests.support.draining import claim as claim_rows
from tests.support.factories import phone_call


def claim():
    return claim_rows(Step)


def test_an_expired_lease_is_claimed_again_and_the_old_owner_is_fenced(account):
    due_steps(account)
    (stale,) = claim()
    Step.objects.update(due_at=Now() - timedelta(seconds=1))
    (fresh,) = claim()

    assert settle(queue_of(Step), [attempt_of(stale, fail("late"))]) == []
    (row,) = settle(queue_of(Step), [attempt_of(fresh, succeeded({"by": "fresh"}))])
    assert (row.state, row.result, len(row.log)) == ("done", {"by": "fresh"}, 1)


def test_a_retry_waits_for_its_backoff_and_the_last_one_is_failed(account):
    due_steps(account, max_attempts=2)
    (row,) = settle(queue_of(Step), [attempt_of(claim()[0], retry("busy", 30, code="unavailable"))])
    assert row.state == "pending"
    assert timedelta(seconds=25) < row.due_at - datetime.now(UTC) < timedelta(seconds=35)
    Step.objects.update(due_at=Now())
    (row,) = settle(queue_of(Step), [attempt_of(claim()[0], retry("busy"))])
    assert (row.state, row.error, row.attempts) == ("failed", "busy", 2)
    assert [entry["code"] for entry in row.log if "code" in entry] == ["unavailable"]


def test_postponed_work_keeps_the_attempts_and_log_of_its_last_run_only(account):
    due_steps(account)
    for turn in (1, 2):
        Step.objects.update(due_at=Now())
        (row,) = claim()
        assert row.attempts == 1
        (row,) = settle(queue_of(Step), [attempt_of(row, postpone(60, {"turn": turn}))])
    assert (row.state, row.attempts, len(row.log), row.result) == ("pending", 0, 1, {"turn": 2})
    assert timedelta(seconds=50) < row.due_at - datetime.now(UTC) <= timedelta(seconds=60)


def test_consequences_that_raise_are_a_failed_attempt_with_its_reason(account):
    (step,) = due_steps(account, max_attempts=2)

    def settled(rows):
        if any(row.state == "done" for row in rows):
            raise KeyError("a bug")

    queue = replace(STEPS, settled=settled, prepare=lambda rows: [succeeded for _ in rows])
    for state in ("pending", "failed"):
        drain_queue(queue)
        step.refresh_from_db()
        assert (step.state, "KeyError" in step.error) == (state, True)
        Step.objects.filter(state="pending").update(due_at=Now())
    assert [entry["outcome"] for entry in step.log] == ["again", "failed"]


def test_consequences_that_always_raise_leave_a_failed_row(account):
    (step,) = due_steps(account, max_attempts=1)

    def settled(rows):
        raise KeyError("a bug")

    drain_queue(replace(STEPS, settled=settled))
    step.refresh_from_db()
    assert step.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_the_last_step_to_settle_releases_notify_under_concurrency():
    account = Account.objects.create(name="racing")
    for _ in range(10):
        call = phone_call(account, provider_call_id="")
        end(call.pk, account_id=account.pk, actor="test")
        Step.objects.filter(call=call).exclude(kind="notify").update(state="running", fencing_token=7)
        rows = list(Step.objects.filter(call=call).exclude(kind="notify"))
        barrier = threading.Barrier(len(rows))

        def fail_at_once(row, barrier=barrier):
            barrier.wait()
            settle(queue_of(Step), [attempt_of(row, fail("given up"))])
            connection.close()

        threads = [threading.Thread(target=fail_at_once, args=(row,)) for row in rows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        notify = Step.objects.get(call=call, kind="notify")
        assert notify.due_at is not None


def test_a_row_that_cannot_be_settled_does_not_affect_the_others_of_its_batch(account):
    good, bad = due_steps(account, 2)
    rows = claim()

    def settled(rows):
        if any(row.pk == bad.pk and row.state == "done" for row in rows):
            raise KeyError("a bug")

    settle_batch(replace(STEPS, settled=settled), [attempt_of(row, succeeded()) for row in rows])
    states = dict(Step.objects.values_list("pk", "state"))
    assert (states[good.pk], states[bad.pk]) == ("done", "pending")
