"""Draining: what is due is run to its outcome; rows that crash or were lost do not affect the others."""

import threading
import time
import uuid
from dataclasses import replace
from datetime import timedelta

from django.db.models.functions import Now

from calls.models import Step
from calls.post_processing.queue import STEPS
from liveplatform.work.drain import drain as drain_queue
from liveplatform.work.outcomes import postpone, succeeded
from tests.support.draining import drain, due_steps


def test_a_row_whose_workers_were_lost_fails_without_another_attempt(account):
    due_steps(account, state="running", attempts=2, max_attempts=2, due_at=Now() - timedelta(seconds=1))
    assert drain(Step).outcomes == {"failed": 1}
    assert "lost" in Step.objects.get().error


def test_a_row_that_cannot_be_prepared_does_not_affect_the_others(account):
    good, bad = due_steps(account, 2)

    def poisoned(rows):
        if any(row.pk == bad.pk for row in rows):
            raise KeyError("poison")
        return STEPS.prepare(rows)

    drain_queue(replace(STEPS, prepare=poisoned))
    states = dict(Step.objects.values_list("pk", "state"))
    assert (states[good.pk], states[bad.pk]) == ("skipped", "pending")
    assert "KeyError" in Step.objects.get(pk=bad.pk).error


def test_an_attempt_that_raises_is_retried_and_the_others_go_on(account):
    good, bad = due_steps(account, 2)

    def crash():
        raise ValueError("a bug")

    drained = drain_queue(
        replace(STEPS, prepare=lambda rows: [crash if row.pk == bad.pk else succeeded for row in rows])
    )
    assert drained.outcomes == {"done": 1, "pending": 1}
    assert str(drained) == "2 claimed: 1 done, 1 pending"
    assert "ValueError: the attempt crashed" in Step.objects.get(pk=bad.pk).error


def test_a_coroutine_runs_on_the_event_loop(account):
    due_steps(account)

    async def attempt():
        return succeeded({"thread": threading.current_thread().name})

    drain_queue(replace(STEPS, prepare=lambda rows: [attempt() for _ in rows], settled=lambda rows: None))
    assert Step.objects.get().result == {"thread": "work-loop"}


def test_a_full_claim_wakes_other_workers_once(account, settings):
    settings.WORK_CONCURRENCY = 2
    for _ in range(6):
        due_steps(account, concurrency_key=uuid.uuid4())
    calls = []
    assert drain(Step, on_full=lambda: calls.append("full")).claimed == 6
    assert calls == ["full"]


def test_a_stopped_drain_claims_nothing(account):
    due_steps(account)
    stop = threading.Event()
    stop.set()
    assert drain(Step, stop=stop).claimed == 0


def test_a_postponed_row_is_not_run_twice_in_one_drain(account):
    due_steps(account)
    queue = replace(STEPS, prepare=lambda rows: [lambda: postpone(60) for _ in rows])
    assert drain_queue(queue).claimed == 1


def test_a_row_due_later_stays(account):
    due_steps(account, due_at=Now() + timedelta(minutes=1))
    assert str(drain(Step)) == "0 claimed: nothing was due"


def test_a_tenant_whose_attempts_hang_keeps_no_other_waiting(account, settings):
    """All places of the process are wanted by one tenant's connections that do not answer."""
    settings.WORK_CONCURRENCY = 4
    for _ in range(12):
        due_steps(account, tenant_key=account.pk, concurrency_key=uuid.uuid4())
    later = Now() + timedelta(seconds=0.3)
    (other,) = due_steps(account, tenant_key=uuid.uuid4(), concurrency_key=uuid.uuid4(), due_at=later)
    due_since, ran = time.monotonic() + 0.3, []

    def attempt_of(row):
        if row.pk == other.pk:
            return lambda: ran.append(time.monotonic()) or succeeded()
        return lambda: time.sleep(2) or succeeded()

    queue = replace(STEPS, prepare=lambda rows: [attempt_of(row) for row in rows], settled=lambda rows: None)
    drain_queue(queue, seconds=2)
    assert ran and ran[0] - due_since < 1.0
