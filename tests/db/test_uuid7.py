"""UUIDv7 in Python and in SQL: version 7, and sorted by time and ordinal."""

import time
from datetime import UTC, datetime
from uuid import RFC_4122

import pytest
from django.db import connection

from liveplatform.db.uuid7 import derived_uuid7, sql_uuid7, uuid7


def in_sql(base, ordinal="0"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql_uuid7('%s::uuid', ordinal)}", [base])
        return cursor.fetchone()[0]


def test_it_holds_the_time_in_milliseconds():
    before = int(time.time() * 1000)
    made = uuid7()
    assert before <= made.int >> 80 <= int(time.time() * 1000)
    assert made.version == 7


def test_later_ones_sort_after():
    ids = [uuid7() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


def test_sql_takes_the_time_of_its_base(db):
    base = uuid7()
    made = in_sql(base)
    assert (made.int >> 80, made.version, made.variant) == (base.int >> 80, 7, base.variant)
    assert made != in_sql(base)


@pytest.mark.parametrize("ordinal", [1, 2, 4, 255])
def test_ids_of_one_time_sort_by_ordinal(db, ordinal):
    base = uuid7()
    assert in_sql(base, str(ordinal - 1)) < in_sql(base, str(ordinal))


def test_a_derived_id_is_a_uuid7_of_its_time_and_the_same_for_the_same_names():
    at = datetime(2026, 11, 21, 10, 0, 0, 123000, tzinfo=UTC)
    one = derived_uuid7(at, "stream", 1, "stream.started")
    assert one == derived_uuid7(at, "stream", 1, "stream.started")
    assert one != derived_uuid7(at, "stream", 11, "stream.started")
    assert (one.version, one.variant, one.int >> 80) == (7, RFC_4122, int(at.timestamp() * 1000))
