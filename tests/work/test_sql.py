"""Claiming: each row once, fenced by its claim, some of each key, however long its backlog is."""

import threading
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.models import Step
from liveplatform.accounts.models import Account
from liveplatform.db.prepared import execute_prepared
from liveplatform.work import sql
from tests.support.draining import claim, due_steps


def test_a_claim_counts_the_attempt_and_leases_the_row(account):
    (step,) = due_steps(account)
    (row,) = claim(Step)
    assert (row.state, row.attempts, row.fencing_token) == ("running", 1, step.fencing_token + 1)
    assert row.due_at > datetime.now(UTC)
    assert claim(Step) == []


def test_rows_that_wait_or_are_due_later_are_not_claimed(account):
    due_steps(account, due_at=None)
    due_steps(account, due_at=Now() + timedelta(minutes=1))
    assert claim(Step) == []


def test_of_each_key_as_many_as_asked_for_those_due_longest_first(account):
    tenant, one, other = account.pk, uuid.uuid4(), uuid.uuid4()
    older = Now() - timedelta(minutes=5)
    due_steps(account, 3, tenant_key=tenant, concurrency_key=one)
    (first,) = due_steps(account, 1, tenant_key=tenant, concurrency_key=one, due_at=older)
    due_steps(account, 2, tenant_key=tenant, concurrency_key=other)
    assert set(sql.due_keys(Step)) == {(tenant, one), (tenant, other)}
    assert [row.pk for row in sql.claim(Step, {(tenant, one): 1})] == [first.pk]
    rows = sql.claim(Step, {(tenant, one): 2, (tenant, other): 9})
    assert sorted(Counter(row.concurrency_key for row in rows).values()) == [2, 2]


def test_keys_whose_rows_wait_are_not_due(account):
    due_steps(account, concurrency_key=uuid.uuid4(), due_at=Now() + timedelta(minutes=1))
    due_steps(account, concurrency_key=uuid.uuid4(), due_at=None)
    due_steps(account, concurrency_key=uuid.uuid4(), state="done", settled_at=Now())
    assert sql.due_keys(Step) == []


MANY_DUE = """
CREATE TEMPORARY TABLE many_due (LIKE calls_step INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP;
INSERT INTO many_due (id, call_id, kind, tenant_key, concurrency_key, due_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'terminate', %(noisy)s, %(noisy)s, now() - interval '1 minute'
FROM generate_series(1, 60000);
INSERT INTO many_due (id, call_id, kind, tenant_key, concurrency_key, due_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'terminate', %(quiet)s, %(quiet)s, now() FROM generate_series(1, 2);
ANALYZE many_due
"""


def test_a_claim_reads_no_more_for_one_tenants_many_due_rows(db):
    """The plans touch a few pages per key and per claimed row, not the backlog of the noisy tenant."""
    noisy, quiet = uuid.uuid4(), uuid.uuid4()
    with connection.cursor() as cursor:
        for statement in MANY_DUE.split(";"):
            cursor.execute(statement, {"noisy": noisy, "quiet": quiet})
    assert pages_read(sql.DUE_KEYS, {}) < 60
    columns = {"tenants": [noisy, quiet], "keys": [noisy, quiet], "counts": [20, 20]}
    assert pages_read(sql.CLAIM, columns | {"lease": 30.0}) < 800


def pages_read(statement, params):
    """Pages that PostgreSQL touches for a statement of this module, by its own count."""
    text = statement.format(table="many_due", columns="w.*", claimed=sql.CLAIMED)
    ((plan,),) = execute_prepared("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, params).fetchall()
    return sum(plan[0]["Plan"][f"{kind} Blocks"] for kind in ("Shared Hit", "Local Hit", "Local Read"))


@pytest.mark.django_db(transaction=True)
def test_concurrent_claims_never_take_the_same_row():
    account = Account.objects.create(name="racing")
    due_steps(account, 40)
    taken, barrier = [], threading.Barrier(4)

    def worker():
        barrier.wait()
        while rows := claim(Step, 3):
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
