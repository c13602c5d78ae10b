"""`manage.py run_work`: drains queues, runs rows by id, restarts failed rows, counts without running."""

import re
import uuid

import pytest
from django.core.management import CommandError, call_command

from calls.models import Step
from tests.support.draining import due_steps


def run_work(capsys, *arguments):
    call_command("run_work", *arguments)
    return capsys.readouterr().out


def test_due_rows_of_a_queue_are_run(account, capsys):
    due_steps(account, 2)
    assert run_work(capsys, "--queue", "steps") == "steps: 2 claimed: 2 skipped\n"


def test_a_row_is_run_by_its_id_due_or_not(account, capsys):
    (step,) = due_steps(account, due_at=None)
    assert "skipped: The call has no streams" in run_work(capsys, str(step.pk))


def test_an_unknown_id_is_an_error(db):
    with pytest.raises(CommandError, match="there is no such row"):
        call_command("run_work", str(uuid.uuid4()))


def test_failed_rows_are_restarted_on_request(account, capsys):
    due_steps(account, state="failed", due_at=None)
    assert "nothing was due" in run_work(capsys, "--queue", "steps")
    assert "1 skipped" in run_work(capsys, "--queue", "steps", "--failed")


def test_a_settled_row_is_run_again_as_the_answer_advises(account, capsys):
    (step,) = due_steps(account)
    run_work(capsys, str(step.pk))
    advice = run_work(capsys, str(step.pk))
    command = re.search("`manage.py (.+?)`", advice).group(1).split()
    assert "skipped: The call has no streams" in run_work(capsys, *command[1:])
    step.refresh_from_db()
    assert step.attempts == 2


def test_again_needs_ids(db):
    with pytest.raises(CommandError, match="named by their ids"):
        call_command("run_work", "--again")


def test_a_dry_run_counts_and_changes_nothing(account, capsys):
    due_steps(account, 3)
    assert run_work(capsys, "--queue", "steps", "--dry-run") == "steps: 3 pending\n"
    assert Step.objects.filter(state="pending").count() == 3
    assert "no open or failed rows" in run_work(capsys, "--queue", "webhooks", "--dry-run")
