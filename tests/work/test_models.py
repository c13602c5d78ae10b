"""Rows of Work: made due, restarted with fresh attempts, and the doorbell rings at the commit."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Step
from liveplatform.work import doorbell, sql
from liveplatform.work.outcomes import succeeded
from liveplatform.work.settle import settle
from tests.support.draining import attempt_of, due_steps, queue_of
from tests.support.factories import phone_call


@pytest.fixture
def rings(monkeypatch, django_capture_on_commit_callbacks):
    """The queues that were rung at commits within the block."""
    rung = []
    monkeypatch.setitem(doorbell._wake_by_queue, Step.queue, lambda: rung.append(Step.queue))

    def of(act):
        rung.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(rung)

    return of


def test_a_restarted_step_gets_the_attempts_of_its_kind(account):
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    Step.objects.filter(call=call).update(state="failed", attempts=40)
    step = Step.objects.get(call=call, kind="terminate")
    assert step.restart()
    step.refresh_from_db()
    assert step.max_attempts == 40 + 40


def test_a_failed_row_is_restarted_once(account):
    (step,) = due_steps(account, state="failed", attempts=3, max_attempts=3, due_at=None)
    assert step.restart()
    assert not step.restart(), "it is pending already"
    row = sql.claim_one(Step, step.pk)
    assert (row.attempts, row.max_attempts) == (4, 3 + Step.MAX_ATTEMPTS[Step.Kind.CLEAN_UP])


def test_an_interrupted_attempt_loses_its_claim(account):
    (step,) = due_steps(account)
    row = sql.claim_one(Step, step.pk)
    assert Step.objects.filter(pk=step.pk).restart() == 0, "it is running"
    assert Step.objects.filter(pk=step.pk).restart(interrupt=True) == 1
    assert settle(queue_of(Step), [attempt_of(row, succeeded())]) == []


def test_pending_rows_are_made_due_and_others_are_not(account):
    due_steps(account, due_at=None)
    due_steps(account, state="skipped", due_at=None)
    assert Step.objects.all().make_due() == 1
    assert Step.objects.get(state="pending").due_at is not None


def test_the_doorbell_rings_for_rows_that_became_due(account, rings):
    due_steps(account, due_at=None)
    failed = due_steps(account, state="failed", due_at=None)[0]
    assert rings(lambda: Step.objects.all().make_due()) == ["steps"]
    assert rings(lambda: failed.restart(wake=False)) == []
    assert rings(lambda: failed.restart()) == [], "it is pending already"


def test_columns_have_defaults_in_the_database(account):
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    for step in Step.objects.filter(call=call):
        assert (step.attempts, step.log, step.result, step.fencing_token) == (0, [], {}, 0)


def test_a_row_that_is_due_keeps_its_place(account):
    early = Now() - timedelta(minutes=1)
    due_steps(account, due_at=early)
    before = Step.objects.get().due_at
    Step.objects.all().make_due()
    assert Step.objects.get().due_at == before
