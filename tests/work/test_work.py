"""Work: claimed once, fenced by its claim, fair over lanes, given up visibly, run again."""

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Step
from calls.post_processing.queue import STEPS
from liveplatform.accounts.models import Account
from liveplatform.work import sql
from liveplatform.work.drain import drain as drain_queue
from liveplatform.work.outcomes import fail, postpone, retry, succeeded
from liveplatform.work.run_one import run_one
from liveplatform.work.settle import Attempt, settle
from tests.support.draining import drain, queue_of
from tests.support.factories import phone_call


def steps_of(account, count=1, **fields):
    """Steps that are due now, each of its own call."""
    calls = [phone_call(account, provider_call_id="") for _ in range(count)]
    return [Step.objects.create(call=call, kind="clean_up", **fields) for call in calls]


def attempt(row, outcome):
    return Attempt(row, outcome, datetime.now(UTC), 1)


def claim(limit=50, per_key=50, **more):
    return sql.claim(Step, limit, per_key=per_key, **more)


def test_a_claim_counts_the_attempt_and_leases_the_row(account):
    (step,) = steps_of(account)
    (row,) = claim()
    assert (row.state, row.attempts, row.fencing_token) == ("running", 1, step.fencing_token + 1)
    assert row.due_at > datetime.now(UTC)
    assert claim() == []


def test_a_row_whose_lease_ran_out_is_claimed_again_and_the_old_owner_is_fenced(account):
    steps_of(account)
    (stale,) = claim()
    Step.objects.update(due_at=Now() - timedelta(seconds=1))
    (fresh,) = claim()

    assert settle(queue_of(Step), [attempt(stale, fail("late"))]) == []
    (row,) = settle(queue_of(Step), [attempt(fresh, succeeded({"by": "fresh"}))])
    assert (row.state, row.result, len(row.log)) == ("done", {"by": "fresh"}, 1)


def test_what_waits_for_others_or_for_later_is_not_due(account):
    steps_of(account, due_at=None)
    steps_of(account, due_at=Now() + timedelta(minutes=1))
    assert claim() == []


def test_again_is_postponed_on_the_rows_own_clock_and_the_last_again_is_failed(account):
    steps_of(account, max_attempts=2)
    (row,) = settle(queue_of(Step), [attempt(claim()[0], retry("busy", 30, code="unavailable"))])
    assert row.state == "pending"
    assert timedelta(seconds=25) < row.due_at - datetime.now(UTC) < timedelta(seconds=35)
    Step.objects.update(due_at=Now())
    (row,) = settle(queue_of(Step), [attempt(claim()[0], retry("busy"))])
    assert (row.state, row.error, row.attempts) == ("failed", "busy", 2)
    assert [entry["code"] for entry in row.log if "code" in entry] == ["unavailable"]


def test_what_was_given_up_runs_again_with_fresh_attempts(account):
    (step,) = steps_of(account, state="failed", attempts=3, max_attempts=3, due_at=None)
    assert step.restart()
    assert not step.restart(), "it is pending already"
    (row,) = claim()
    assert (row.attempts, row.max_attempts) == (4, 15)


def test_a_row_that_its_workers_died_under_is_given_up_without_another_try(account):
    steps_of(account, state="running", attempts=2, max_attempts=2, due_at=Now() - timedelta(seconds=1))
    assert drain(Step).outcomes == {"failed": 1}
    assert "lost" in Step.objects.get().error


def test_one_lane_cannot_take_every_place(account):
    slow, other = uuid.uuid4(), uuid.uuid4()
    steps_of(account, 20, concurrency_key=slow)
    steps_of(account, 2, concurrency_key=other)
    rows = claim(limit=12, per_key=8)
    assert sum(row.concurrency_key == other for row in rows) == 2
    assert sum(row.concurrency_key == slow for row in rows) == 8


def test_what_a_lane_has_in_flight_and_what_it_may_have_count(account):
    concurrency_key = uuid.uuid4()
    steps_of(account, 10, concurrency_key=concurrency_key)
    assert len(claim(busy={concurrency_key: 6}, limits={concurrency_key: 8})) == 2


def test_a_step_that_cannot_be_prepared_takes_no_other_along(account):
    good, bad = steps_of(account, 2)

    def poisoned(rows):
        if any(row.pk == bad.pk for row in rows):
            raise KeyError("poison")
        return STEPS.prepare(rows)

    drain_queue(replace(STEPS, prepare=poisoned))
    states = dict(Step.objects.values_list("pk", "state"))
    assert (states[good.pk], states[bad.pk]) == ("skipped", "pending")
    assert "KeyError" in Step.objects.get(pk=bad.pk).error


def test_running_one_row_by_hand_says_what_came_of_it(account):
    (step,) = steps_of(account, due_at=Now() + timedelta(hours=1))
    assert "skipped: No room was made" in run_one(queue_of(Step), step.pk)
    assert "already" in run_one(queue_of(Step), step.pk)
    assert "no such row" in run_one(queue_of(Step), uuid.uuid4())


@pytest.mark.django_db(transaction=True)
def test_claims_at_once_never_meet():
    account = Account.objects.create(name="racing")
    steps_of(account, 40)
    taken, barrier = [], threading.Barrier(4)

    def worker():
        barrier.wait()
        while rows := claim(limit=3):
            taken.extend(row.pk for row in rows)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db(transaction=True)
def test_the_last_step_to_settle_frees_notify_however_they_race():
    account = Account.objects.create(name="racing")
    for _ in range(10):
        call = phone_call(account, provider_call_id="")
        end(call.pk, account_id=account.pk, actor="test")
        Step.objects.filter(call=call).exclude(kind="notify").update(state="running", fencing_token=7)
        rows = list(Step.objects.filter(call=call).exclude(kind="notify"))
        barrier = threading.Barrier(len(rows))

        def fail_at_once(row, barrier=barrier):
            barrier.wait()
            settle(queue_of(Step), [attempt(row, fail("given up"))])
            connection.close()

        threads = [threading.Thread(target=fail_at_once, args=(row,)) for row in rows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        notify = Step.objects.get(call=call, kind="notify")
        assert notify.due_at is not None


def test_work_that_comes_back_for_ever_counts_and_logs_its_last_turn_only(account):
    steps_of(account)
    for turn in (1, 2):
        Step.objects.update(due_at=Now())
        (row,) = claim()
        assert row.attempts == 1
        (row,) = settle(queue_of(Step), [attempt(row, postpone(60, {"turn": turn}))])
    assert (row.state, row.attempts, len(row.log), row.result) == ("pending", 0, 1, {"turn": 2})
    assert timedelta(seconds=50) < row.due_at - datetime.now(UTC) <= timedelta(seconds=60)


def test_a_step_that_runs_again_gets_the_attempts_of_its_kind(account):
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    Step.objects.filter(call=call).update(state="failed", attempts=40)
    step = Step.objects.get(call=call, kind="terminate")
    assert step.restart()
    step.refresh_from_db()
    assert step.max_attempts == 40 + 40


def test_what_cannot_follow_is_an_attempt_that_failed_and_says_why(account):
    (step,) = steps_of(account, max_attempts=2)

    def settled(rows):
        if any(row.state == "done" for row in rows):
            raise KeyError("a bug")

    queue = replace(STEPS, settled=settled, prepare=lambda rows: [succeeded for _ in rows])
    for state in ("pending", "failed"):
        drain_queue(queue)
        step.refresh_from_db()
        assert (step.state, "KeyError" in step.error) == (state, True)
        Step.objects.filter(state="pending").update(due_at=Now())
    assert [entry["outcome"] for entry in step.log] == ["again", "again"]


def test_a_row_whose_failure_cannot_be_followed_either_is_given_up_visibly(account):
    (step,) = steps_of(account, max_attempts=1)

    def settled(rows):
        raise KeyError("a bug")

    drain_queue(replace(STEPS, settled=settled))
    step.refresh_from_db()
    assert step.state == "failed"
