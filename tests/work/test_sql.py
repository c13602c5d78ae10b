"""Claiming: each row once, fenced by its claim, with a fair share of places for each concurrency key."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.models import Step
from liveplatform.accounts.models import Account
from liveplatform.work import sql
from tests.support.draining import due_steps


def claim(limit=50, per_key=50, **more):
    return sql.claim(Step, limit, per_key=per_key, **more)


def test_a_claim_counts_the_attempt_and_leases_the_row(account):
    (step,) = due_steps(account)
    (row,) = claim()
    assert (row.state, row.attempts, row.fencing_token) == ("running", 1, step.fencing_token + 1)
    assert row.due_at > datetime.now(UTC)
    assert claim() == []


def test_rows_that_wait_or_are_due_later_are_not_claimed(account):
    due_steps(account, due_at=None)
    due_steps(account, due_at=Now() + timedelta(minutes=1))
    assert claim() == []


def test_one_key_cannot_take_every_place(account):
    slow, other = uuid.uuid4(), uuid.uuid4()
    due_steps(account, 20, concurrency_key=slow)
    due_steps(account, 2, concurrency_key=other)
    rows = claim(limit=12, per_key=8)
    assert sum(row.concurrency_key == other for row in rows) == 2
    assert sum(row.concurrency_key == slow for row in rows) == 8


def test_places_in_flight_and_limits_of_a_key_count(account):
    concurrency_key = uuid.uuid4()
    due_steps(account, 10, concurrency_key=concurrency_key)
    assert len(claim(busy={concurrency_key: 6}, limits={concurrency_key: 8})) == 2


@pytest.mark.django_db(transaction=True)
def test_concurrent_claims_never_take_the_same_row():
    account = Account.objects.create(name="racing")
    due_steps(account, 40)
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


def test_one_row_is_claimed_due_or_not_unless_another_worker_has_it(account):
    (step,) = due_steps(account, due_at=Now() + timedelta(hours=1))
    assert sql.claim_one(Step, step.pk).state == "running"
    assert sql.claim_one(Step, step.pk) is None, "its lease has not expired"
    Step.objects.update(due_at=Now() - timedelta(seconds=1))
    assert sql.claim_one(Step, step.pk).attempts == 2
