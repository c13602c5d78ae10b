"""The parts that the ORM cannot express. `limited_to` relies on Django's internals: these tests pin them."""

import pytest
from django.db import connection

from calls.filters import sql
from calls.filters.exceptions import FilterTooBroad
from calls.models import Call


def test_a_limited_query_reads_the_rows_of_its_subquery_only(account, calls):
    newest = Call.objects.filter(account=account).order_by("-created_at", "-id")
    among = sql.limited_to(newest[:20], Call.objects.filter(direction="inbound"))
    expected = [call.pk for call in newest[:20] if call.direction == "inbound"]
    assert list(among.order_by("-created_at", "-id").values_list("pk", flat=True)) == expected


def test_the_subquery_takes_the_place_of_the_table():
    limited = sql.limited_to(Call.objects.filter(channel="video")[:5], Call.objects.filter(title="x"))
    statement, params = limited.query.sql_with_params()
    assert " FROM (SELECT " in statement and statement.count('FROM "calls_call"') == 1
    assert params == ("video", "x"), "the parameters stand in the order of the statement"


def test_a_query_that_is_limited_is_not_changed_itself(account, calls):
    everything = Call.objects.filter(account=account)
    sql.limited_to(everything[:1], everything)
    assert everything.count() == len(calls)


def test_a_limited_query_can_be_filtered_joined_and_sliced(account, calls):
    limited = sql.limited_to(
        Call.objects.filter(account=account).order_by("-created_at", "-id")[:40], Call.objects.all()
    )
    assert limited.filter(transcript__language="en").order_by("id")[:3].count() == 3


def test_distinct_values_are_read_up_to_a_maximum(account, calls):
    known = set(Call.objects.filter(account=account).values_list("host_user_id", flat=True)) - {""}
    assert sql.distinct_values("host_user_id", account.pk, 10) == sorted(known)
    assert sql.distinct_values("host_user_id", account.pk, 1) is None


def test_a_statement_that_takes_too_long_is_too_broad(db, monkeypatch):
    monkeypatch.setattr(sql, "STATEMENT_TIMEOUT", sql.timedelta(milliseconds=30))
    with pytest.raises(FilterTooBroad), sql.bounded(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(2)")


def test_the_bounds_end_with_the_block(transactional_db):
    with sql.bounded(), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("3s",)
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
