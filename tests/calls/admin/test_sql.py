"""The SQL of the call list: each search reads an index of its own, and no table as a whole."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from calls.admin.sql import CONDITIONS, find_calls, statement
from calls.models import Call
from liveplatform.accounts.models import Account
from tests.support.factories import phone_call, video_call

INDEXES = {
    "open": "call_live",
    "end_requested": "call_live",
    "end_code": "call_end_code",
    "sentiment": "call_sentiment",
    "video": "call_video",
    "to_number": "call_to_number",
    "from_number": "call_from_number",
    "to_prefix": "call_to_number",
    "from_prefix": "call_from_number",
}


def test_each_search_reads_its_index(account):
    calls = [
        Call(account=account, channel="phone", status="ended", ended_at=timezone.now() - timedelta(seconds=n))
        for n in range(3000)
    ]
    Call.objects.bulk_create(calls)
    assert set(INDEXES) == set(CONDITIONS)
    parameters = {"value": "+1415", "accounts": None}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calls_call")
        for search, index in INDEXES.items():
            cursor.execute("EXPLAIN " + statement(search), parameters)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan and "Seq Scan on calls_call" not in plan, (search, plan)


def test_the_newest_of_all_accounts_come_first_or_those_of_some_only(account):
    other = Account.objects.exclude(pk=account.pk).get()
    old, new = (phone_call(account, to_number="+4930") for _ in range(2))
    foreign = phone_call(other, to_number="+4930")
    assert find_calls("to_number", "+4930") == [foreign.pk, new.pk, old.pk]
    assert find_calls("to_number", "+4930", [account.pk]) == [new.pk, old.pk]
    assert find_calls("to_number", "+4930", []) == []


def test_what_each_search_finds(account):
    live = phone_call(account, to_number="+4930123", end_requested_at=timezone.now())
    over = phone_call(account, ended_at=timezone.now(), end_code="busy", sentiment="negative")
    video = video_call(account, ended_at=timezone.now())
    mine = [account.pk]
    assert find_calls("open", accounts=mine) == find_calls("end_requested", accounts=mine) == [live.pk]
    assert find_calls("end_code", "busy", mine) == find_calls("sentiment", "negative", mine) == [over.pk]
    assert find_calls("video", accounts=mine) == [video.pk]
    assert find_calls("to_prefix", "+493", mine) == [live.pk]
    assert find_calls("to_prefix", "+494", mine) == []
