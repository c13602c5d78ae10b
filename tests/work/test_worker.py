"""The drain threads of a worker process: woken by a ring, by the sweep without one, and stopped."""

import time

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.models import Step
from liveplatform.accounts.models import Account
from liveplatform.work import doorbell
from liveplatform.work.worker import DrainThread
from tests.support.draining import due_steps, queue_of

pytestmark = pytest.mark.django_db(transaction=True)


class ClosingThread(DrainThread):
    """A drain thread that closes its connection, so that the test database can be dropped."""

    def run(self) -> None:
        super().run()
        connection.close()


@pytest.fixture
def thread(settings, monkeypatch):
    monkeypatch.setattr(doorbell, "_wake_by_queue", {})
    settings.WORK_SWEEP = 30.0
    thread = ClosingThread(queue_of(Step))
    thread.start()
    yield thread
    thread.stop()
    thread.join(10)
    assert not thread.is_alive()


def settled(step, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if Step.objects.get(pk=step.pk).state == "skipped":
            return True
        time.sleep(0.02)
    return False


def test_a_ring_starts_the_drain_long_before_the_sweep(thread):
    (step,) = due_steps(Account.objects.create(name="ring"))
    doorbell.ring("steps")
    assert settled(step)


def test_without_a_ring_the_sweep_finds_the_row(settings, monkeypatch):
    monkeypatch.setattr(doorbell, "_wake_by_queue", {})
    settings.WORK_SWEEP = 0.1
    (step,) = due_steps(Account.objects.create(name="sweep"))
    thread = ClosingThread(queue_of(Step))
    thread.start()
    try:
        assert settled(step)
    finally:
        thread.stop()
        thread.join(10)


def test_a_stopped_thread_claims_nothing_more(thread):
    thread.stop()
    thread.join(10)
    (step,) = due_steps(Account.objects.create(name="stopped"), due_at=Now())
    doorbell.ring("steps")
    assert not settled(step, 0.3)
