"""Celery's tasks of Work, called as the worker calls them."""

import pytest

from calls.models import Step
from liveplatform.work import doorbell, tasks
from liveplatform.work.queue import queues
from tests.support.draining import due_steps


@pytest.fixture
def woken(monkeypatch):
    """The queues whose drain in this process was woken."""
    names = []
    for name in queues():
        monkeypatch.setitem(doorbell._wake_by_queue, name, lambda name=name: names.append(name))
    return names


def test_a_ring_wakes_the_drain_of_this_process(woken):
    assert tasks.ring("steps") == "steps: woken"
    assert woken == ["steps"]


def test_a_ring_is_a_drain_where_there_is_none(account):
    due_steps(account)
    assert tasks.ring("steps") == "steps: 1 claimed: 1 skipped"


def test_the_sweep_wakes_every_queue(woken):
    tasks.sweep()
    assert woken == list(queues())


def test_a_queue_and_a_row_run_by_name(account):
    first, second = due_steps(account, 2)
    assert "skipped" in tasks.run("steps", str(first.pk))
    assert tasks.drain("steps") == "steps: 1 claimed: 1 skipped"
    assert Step.objects.get(pk=second.pk).state == "skipped"
