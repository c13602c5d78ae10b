"""Running one row: due or not, with its outcome or the reason why not."""

import uuid
from datetime import timedelta

from django.db.models.functions import Now

from calls.models import Step
from liveplatform.work import sql
from liveplatform.work.run_one import run_one, run_out_of_turn
from tests.support.draining import due_steps, queue_of


def test_a_row_runs_by_its_id_and_the_outcome_is_described(account):
    (step,) = due_steps(account, due_at=Now() + timedelta(hours=1))
    assert "skipped: The call has no streams" in run_one(queue_of(Step), step.pk)
    assert f"manage.py run_work {step.pk} --again" in run_one(queue_of(Step), step.pk)
    assert "no such row" in run_one(queue_of(Step), uuid.uuid4())


def test_a_row_of_another_worker_is_left_to_it(account):
    (step,) = due_steps(account)
    sql.claim_one(Step, step.pk)
    assert "a worker has it until" in run_one(queue_of(Step), step.pk)
    assert not run_out_of_turn(step)


def test_a_row_is_run_out_of_turn_once(account):
    (step,) = due_steps(account, due_at=Now() + timedelta(hours=1))
    assert run_out_of_turn(step)
    step.refresh_from_db()
    assert (step.state, step.attempts) == ("skipped", 1)
    assert not run_out_of_turn(step), "it is settled"
