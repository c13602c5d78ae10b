"""Prepared statements: in Django's transaction, with its errors, planned once and again after a while."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from liveplatform.accounts.models import Account
from liveplatform.db import prepared
from liveplatform.db.prepared import execute_prepared


def plans():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT%%::int%%'")
        return cursor.fetchone()[0]


def test_a_statement_is_prepared_on_the_server(db):
    for number in range(5):
        assert execute_prepared("SELECT %(n)s::int + 1", {"n": number}).fetchone() == (number + 1,)
    assert plans() == 1


def test_it_runs_in_djangos_transaction(db):
    name = f"prepared {uuid.uuid4()}"
    with pytest.raises(ValueError, match="rolled back"), transaction.atomic():
        execute_prepared("UPDATE accounts_account SET name = %(name)s::text", {"name": name})
        raise ValueError("rolled back")
    assert not Account.objects.filter(name=name).exists()


def test_errors_are_djangos(account):
    with pytest.raises(IntegrityError), transaction.atomic():
        execute_prepared("UPDATE accounts_account SET id = NULL WHERE id = %(id)s::uuid", {"id": account.pk})


def test_lists_become_arrays_whatever_they_hold(db):
    texts = ['quote "', "back\\slash", "comma, brace }", "", "ünï"]
    found = execute_prepared("SELECT unnest(%(texts)s::text[])", {"texts": texts}).fetchall()
    assert [row[0] for row in found] == texts


def test_times_come_back_with_their_zone(db):
    (now,) = execute_prepared("SELECT now()", {}).fetchone()
    assert now.utcoffset().total_seconds() == 0


def test_plans_are_discarded_after_a_while(db, monkeypatch):
    execute_prepared("SELECT 1", {})
    monkeypatch.setattr(prepared._plans, "made", prepared._plans.made - prepared.PLAN_TTL - 1)
    discarded = prepared._plans.made
    execute_prepared("SELECT 1", {})
    assert prepared._plans.made > discarded


def test_queries_are_counted_by_djangos_tests(db, django_assert_num_queries):
    execute_prepared("SELECT 1", {})
    with django_assert_num_queries(1):
        execute_prepared("SELECT 1", {})
