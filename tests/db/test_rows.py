"""Instances from prepared statements are what the ORM reads."""

import uuid

import pytest

from calls.models import Call, Step
from liveplatform.accounts.models import Account
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import attnames, columns_of, from_row, in_bulk
from tests.support.draining import due_steps


@pytest.fixture
def steps(account):
    return due_steps(account, 3, result={"status": 200, "nested": [1, None]})


def values(row):
    return {name: getattr(row, name) for name in attnames(type(row))}


def test_rows_read_in_bulk_equal_the_orms(steps):
    found = in_bulk(Step, [step.pk for step in steps])
    assert set(found) == {step.pk for step in steps}
    for step in Step.objects.all():
        assert values(found[step.pk]) == values(step)
        assert found[step.pk]._state.db == "default" and not found[step.pk]._state.adding


def test_missing_and_repeated_ids_do_no_harm(steps, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(in_bulk(Step, [steps[0].pk, steps[0].pk, uuid.uuid4()])) == [steps[0].pk]
    with django_assert_num_queries(0):
        assert in_bulk(Step, []) == {}


@pytest.mark.parametrize("model", [Account, Call, Step])
def test_the_select_list_has_a_column_per_attribute(db, model):
    assert len(columns_of(model, "r").split(", ")) == len(attnames(model))


def test_further_values_of_a_row_are_left_alone(account):
    statement = f"SELECT {columns_of(Account, 'a')}, 7 FROM accounts_account a WHERE id = %(id)s::uuid"
    row = execute_prepared(statement, {"id": account.pk}).fetchone()
    assert from_row(Account, row) == account
    assert row[-1] == 7
