"""The doorbell: rings after the commit, in this process or by one message; a lost broker raises nothing."""

import json
import time

import pytest
import redis
from django.conf import settings
from django.db import transaction

from liveplatform.celery import app
from liveplatform.work import doorbell


@pytest.fixture
def rung(monkeypatch):
    """How often this process's drain of a queue was woken."""
    times = []
    monkeypatch.setitem(doorbell._wake_by_queue, "here", lambda: times.append(time.monotonic()))
    return times


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


@pytest.mark.django_db(transaction=True)
def test_it_rings_at_the_commit_and_not_before(rung):
    with transaction.atomic():
        doorbell.ring("here")
        assert rung == []
    assert len(rung) == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_rings_nothing(rung):
    with pytest.raises(ValueError, match="rolled back"), transaction.atomic():
        doorbell.ring("here")
        raise ValueError("rolled back")
    assert rung == []


def test_a_process_without_a_drain_says_so(rung):
    assert doorbell.wake_local("here")
    assert not doorbell.wake_local("elsewhere")


def test_rings_of_a_moment_share_one_message_on_the_broker():
    broker = redis.from_url(settings.REDIS_URL)
    broker.delete("celery")
    for _ in range(20):
        doorbell.ring_workers("steps")
    assert until(lambda: broker.llen("celery"))
    assert broker.llen("celery") < 5
    message = json.loads(broker.lpop("celery"))
    assert message["headers"]["task"] == "work.ring"
    broker.delete("celery")


def test_a_broker_that_is_away_raises_nothing(monkeypatch, tmp_path):
    lost = app.connection_for_write(f"redis+socket://{tmp_path}/nothing")
    with lost, monkeypatch.context() as patched:
        patched.setattr(app, "connection_or_acquire", lambda *_, **__: lost)
        doorbell._send("steps")
