"""The end: one statement, for one call and for many; concurrent ends, and what is refused."""

import json
from datetime import datetime

import pytest
from django.db import connection

from calls.exceptions import CallNotFound, NoPhoneNumber
from calls.lifecycle.end import end
from calls.models import Call, Step, Transcript
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.representation import CallSerializer
from calls.sql import end_if_live_many
from liveplatform.json_codec import dumps
from liveplatform.timeparse import parse_time
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call


def test_the_events_call_equals_the_api_representation(account):
    call = phone_call(account, metadata={"a": [1, "ü"]}, started_at=parse_time("5m"), is_test=True)

    ended = end(call.pk, account_id=account.pk, reason="it's over", actor="test").call

    body = json.loads(Event.objects.get(subject_id=call.pk).body)
    assert (body["type"], body["sequence"]) == ("call.ended", 1)
    ended.refresh_from_db()
    assert _with_times(body["data"]["call"]) == _with_times(json.loads(dumps(CallSerializer.write(ended))))
    assert list(body["data"]["call"]) == list(CallSerializer.write(ended))


def test_an_end_is_one_statement_and_the_server_has_it_prepared(account, django_assert_num_queries):
    call = phone_call(account)
    with django_assert_num_queries(1):
        end(call.pk, account_id=account.pk, actor="test")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert any("UPDATE calls_call AS c" in row[0] for row in cursor.fetchall())


def test_many_live_calls_are_ended_and_ended_ones_are_not(account):
    over, *fresh = [phone_call(account) for _ in range(4)]
    end(over.pk, account_id=account.pk, reason="first", actor="test")

    ids = [call.pk for call in (*fresh, over)]
    won = end_if_live_many(ids, account.pk, "all", "emergency_stop", "test")

    assert {call.pk for call in won} == {call.pk for call in fresh}
    over.refresh_from_db()
    assert over.disconnect_reason == "first"
    steps = Step.objects.filter(call__in=fresh).order_by("id").values_list("call", "kind")
    of_one = [kind for call, kind in steps if call == fresh[0].pk]
    assert of_one == ["terminate", "clean_up", "analyse", "notify"], "ids of one time sort in this order"
    assert Event.objects.filter(subject_id__in=ids).count() == 4


def test_calls_of_another_account_are_not_ended(account):
    mine, another = video_call(account), Call.objects.exclude(account=account).earliest("id")
    assert end_if_live_many([mine.pk], another.account_id, "x", "stale", "test") == []
    mine.refresh_from_db()
    assert not mine.is_over


def _with_times(picture):
    """Parse times, because SQL and Python write fractions of a second differently."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
        for name, value in picture.items()
        if name != "provider"
    }


def test_numbers_that_grew_in_the_database_stop_nothing(api, line):
    """PostgreSQL makes an integer of 1e20, which is beyond what many a reader of JSON can hold."""
    call = line.dial()
    Call.objects.filter(pk=call.pk).update(metadata={"order": 10**20, "huge": 10**300})
    Transcript.objects.create(call=call, turns=[{"role": "customer", "text": "hello"}])
    for path in (f"/calls/{call.pk}", "/calls/query", "/v1/calls", f"/v1/calls/{call.pk}/record"):
        assert api("GET", path).status_code == 200
    assert api("POST", "/calls/end", {"call_id": str(call.pk)}).status_code == 200
    drain(Step)
    drain(Step)
    assert set(Step.objects.filter(call=call).values_list("state", flat=True)) <= {"done", "skipped"}
    types = Event.objects.filter(subject_id=call.pk).values_list("type", flat=True)
    assert set(types) == {"call.created", "call.ended", "call.analyzed", "call.processed"}


def test_a_second_end_gets_the_first_ones_row(account):
    call = phone_call(account)
    first = end(call.pk, account_id=account.pk, reason="first", actor="key:1")
    second = end(call.pk, account_id=account.pk, reason="second", actor="key:2")
    assert (first.changed, second.changed) == (True, False)
    assert (second.call.disconnect_reason, second.call.ended_by) == ("first", "key:1")
    assert second.call.ended_at == first.call.ended_at


def test_an_unknown_call_is_not_found(account):
    with pytest.raises(CallNotFound):
        end(account.pk, account_id=account.pk, actor="test")


def test_a_live_call_without_a_number_of_the_account_is_refused(account):
    call = phone_call(account, from_number="+14155550177")
    with pytest.raises(NoPhoneNumber):
        end(call.pk, account_id=account.pk, actor="test", require_own_number=True)
    assert end(call.pk, account_id=account.pk, actor="test").changed


def test_reason_and_code_have_defaults(account):
    call = end(phone_call(account).pk, account_id=account.pk, actor="test").call
    assert (call.disconnect_reason, call.end_code) == (DEFAULT_REASON, EndCode.ENDED_BY_API)
