"""The indexes of call lists: partial, led by the account, and used by PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from calls.models import Call
from calls.models.call_indexes import CLOCK_SKEW, LIST_INDEXES
from tests.support.factories import phone_call


def test_every_index_is_led_by_the_account():
    assert all(str(index.expressions[0]) == "F(account)" for index in LIST_INDEXES)


@pytest.mark.parametrize("index", LIST_INDEXES, ids=lambda index: index.name)
def test_every_index_is_in_the_database(db, index):
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, Call._meta.db_table)
    assert index.name in names


@pytest.mark.parametrize(
    ("started", "imported"),
    [
        (timedelta(0), False),
        (-CLOCK_SKEW + timedelta(minutes=1), False),
        (-CLOCK_SKEW - timedelta(minutes=1), True),
    ],
)
def test_a_call_that_began_before_its_row_is_imported(account, started, imported):
    call = phone_call(account, started_at=timezone.now() + started)
    call.refresh_from_db()
    assert call.is_imported is imported
