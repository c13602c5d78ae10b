"""Names in the metadata that an account declares: older and newer calls are found by them, over an index."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from calls import metadata_index
from calls.bulk.targets import endable_calls
from calls.filters import CallFilter, InvalidFilter
from calls.metadata_index import index_pending
from calls.models import Call, Operation
from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient
from tests.support.bulk import add_rule, bulk_end, finish, old_test_call, run_rules
from tests.support.export import ndjson_export
from tests.support.factories import phone_call, video_call


def declare(api, *names):
    return api("PATCH", "/v1/account", {"metadata_keys": list(names)})


def found(api, query, path="/v1/calls"):
    answer = api("GET", f"{path}?{query}")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return {call["id"] for call in body.get("calls", body.get("data"))}


@pytest.fixture
def calls(account):
    return {
        name: str(phone_call(account, metadata=metadata).pk)
        for name, metadata in {
            "a": {"order": "42", "plan": "free"},
            "b": {"order": 42, "plan": "paid"},
            "c": {"order": {"id": 42}, "vip": True},
            "d": {},
        }.items()
    }


@pytest.fixture
def indexed(api, calls):
    answer = declare(api, "order", "plan", "vip")
    assert (answer.status_code, answer.json()["metadata_is_ready"]) == (200, False)
    index_pending()
    assert api("GET", "/v1/account").json()["metadata_is_ready"] is True
    return calls


CASES = [
    ("metadata.order=42", "ab"),
    ("metadata.order[in]=41,42&metadata.plan=paid", "b"),
    ("metadata.plan[starts_with]=fr", "a"),
    ("metadata.plan[neq]=free", "bcd"),
    ("metadata.order[is_null]=true", "cd"),
    ("metadata.vip=true", "c"),
    ("metadata.vip=false", ""),
]


@pytest.mark.parametrize(("query", "names"), CASES)
def test_older_calls_are_found_by_declared_names(api, indexed, query, names):
    assert found(api, query) == {indexed[name] for name in names}


def test_newer_and_changed_calls_are_found_at_once(api, indexed):
    new = str(phone_call(api.account, metadata={"order": "43"}).pk)
    api("PATCH", f"/v1/calls/{indexed['d']}/record", {"metadata": {"order": "43"}})
    api("PATCH", f"/v1/calls/{indexed['a']}/record", {"metadata": {"order": None}})
    assert found(api, "metadata.order=43") == {new, indexed["d"]}
    assert found(api, "metadata.order=42") == {indexed["b"]}


def test_every_list_takes_them(api, indexed):
    room = str(video_call(api.account, metadata={"order": "42"}).pk)
    assert found(api, "metadata.order=42", "/calls/query") == {indexed["a"], indexed["b"]}
    assert found(api, "metadata.order=42", "/v1/live/calls") == {room}
    assert [call["id"] for call in ndjson_export(api, "metadata.plan=free")] == [indexed["a"]]
    filters = CallFilter.from_json({"metadata.plan": "free"})
    assert [str(call.pk) for call in endable_calls(filters, api.account.pk)] == [indexed["a"]]
    assert CallFilter.from_json(filters.to_json()) == filters


def test_a_name_that_is_not_declared_is_refused_with_the_remedy(api, indexed):
    for path in ("/v1/calls", "/calls/query", "/v1/live/calls"):
        answer = api("GET", f"{path}?metadata.colour=red")
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
        assert "metadata_keys" in answer.json()["message"]
        assert "order, plan, vip" in answer.json()["message"]


def test_nothing_is_answered_by_half_an_index(api, calls):
    declare(api, "order")
    answer = api("GET", "/v1/calls?metadata.order=42")
    assert (answer.status_code, "being indexed" in answer.json()["message"]) == (400, True)
    with pytest.raises(InvalidFilter):
        CallFilter.from_json({"metadata.order": "42"}).queryset(api.account.pk)


def test_a_place_is_used_again_by_another_name(api, indexed):
    declare(api, "plan", "vip", "colour")
    index_pending()
    assert Account.objects.get(pk=api.account.pk).metadata_keys == ["colour", "plan", "vip"]
    assert found(api, "metadata.colour[is_null]=true") == set(indexed.values())
    assert found(api, "metadata.plan=free") == {indexed["a"]}


@pytest.mark.parametrize("names", [list("abcdef"), ["a", "a"], ["a b"], [""], ["x" * 65], "a", [7]])
def test_bad_names_are_refused(api, names):
    answer = api("PATCH", "/v1/account", {"metadata_keys": names})
    assert (answer.status_code, "metadata_keys" in answer.json()["message"]) == (400, True)


def test_many_calls_are_indexed_in_chunks_and_one_process_at_a_time(api, calls, monkeypatch):
    monkeypatch.setattr(metadata_index, "CHUNK_SIZE", 3)
    Call.objects.bulk_create(
        Call(account=api.account, channel="phone", metadata={"n": n}, created_at=timezone.now())
        for n in range(10)
    )
    declare(api, "n")
    Account.objects.filter(pk=api.account.pk).update(metadata_lease=timezone.now() + timedelta(seconds=9))
    assert index_pending() == 0, "another process is at it"
    Account.objects.filter(pk=api.account.pk).update(metadata_lease=timezone.now() - timedelta(seconds=9))
    assert index_pending() == 10, "that process died"
    assert len(found(api, "metadata.n[in]=0,5,9")) == 3


def test_another_accounts_names_are_its_own(api, indexed):
    other = ApiClient(Account.objects.create(name="elsewhere"))
    assert other("GET", "/v1/calls?metadata.order=42").status_code == 400


def test_a_page_is_read_over_the_index(api, indexed, django_assert_max_num_queries):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'call_metadata_1'")
        assert "metadata_1 COLLATE" in cursor.fetchone()[0]
    api("GET", "/v1/calls")  # the key is known from here on
    with django_assert_max_num_queries(3):  # the names, the ids, the rows
        found(api, "metadata.order=42")


def test_names_that_stay_can_be_used_while_a_new_one_is_indexed(api, indexed):
    declare(api, "order", "plan", "region")
    assert found(api, "metadata.order=42") == {indexed["a"], indexed["b"]}
    assert api("GET", "/v1/calls?metadata.region=eu").status_code == 400
    index_pending()
    assert found(api, "metadata.region=eu") == set()


def test_a_rule_with_a_name_that_was_withdrawn_says_so_and_goes_on_once_it_is_back(api, indexed):
    call = old_test_call(api.account, metadata={"order": "7"})
    add_rule(api, filter={"metadata.order": "7"})
    declare(api, "plan")
    for _ in range(12):
        run_rules()
    (rule,) = api("GET", "/v1/auto-end-rules").json()["rules"]
    assert rule["is_enabled"] and "not indexed by order" in rule["error"]
    declare(api, "plan", "order")
    index_pending()
    run_rules()
    call.refresh_from_db()
    (rule,) = api("GET", "/v1/auto-end-rules").json()["rules"]
    assert call.is_over and rule["error"] is None


def test_an_operation_waits_for_the_index_and_fails_when_its_name_is_withdrawn(api, indexed):
    call = phone_call(api.account, metadata={"order": "7"}, provider_call_id="")
    started = bulk_end(api, {"filter": {"metadata.order": "7"}})
    declare(api, "plan")
    declare(api, "plan", "order")
    waiting = finish(api, started)
    assert (waiting["state"], waiting["remaining"]) == ("running", None)
    assert "being indexed" in waiting["error"]
    Operation.objects.update(due_at=Now())
    declare(api, "plan")
    failed = finish(api, started)
    assert failed["state"] == "failed" and "not indexed by order" in failed["error"]
    call.refresh_from_db()
    assert not call.is_over
