"""Quality control: what matches a rule for too long is ended, again and again."""

from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.bulk import run as chunks
from calls.models import AutoEndRule, Call
from tests.support.draining import drain
from tests.support.factories import phone_call

TEST_CALLS = {"name": "old test calls", "filter": {"is_test": True}, "older_than": 600}


def made(api, **more):
    answer = api("POST", "/v1/calls/rules", TEST_CALLS | more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def old_call(account, **fields):
    call = phone_call(account, **({"is_test": True, "provider_call_id": ""} | fields))
    Call.objects.filter(pk=call.pk).update(created_at=Now() - timedelta(minutes=11))
    return call


def applied():
    AutoEndRule.objects.filter(state="pending").update(due_at=Now())
    drain(AutoEndRule)


def test_what_matches_for_too_long_is_ended_and_nothing_else(api, account):
    old, young = old_call(account), phone_call(account, is_test=True)
    earnest = old_call(account, is_test=False)
    rule = made(api, reason="forgotten")
    assert api("POST", f"/v1/calls/rules/{rule['id']}/dry-run").json() == {"would_end": 1}

    applied()

    for call in (old, young, earnest):
        call.refresh_from_db()
    assert (old.end_code, old.ended_by) == ("quality_control", "rule:old test calls")
    assert not young.is_over and not earnest.is_over
    (shown,) = api("GET", "/v1/calls/rules").json()["rules"]
    assert (shown["ended"], shown["is_enabled"]) == (1, True)


def test_a_rule_without_a_reason_gives_its_name_as_one(api, account):
    call = old_call(account)
    assert made(api)["reason"] == "Ended by the rule old test calls"
    applied()
    call.refresh_from_db()
    assert call.disconnect_reason == "Ended by the rule old test calls"


def test_when_a_rule_ran_is_known_once_it_has(api, account):
    assert made(api)["last_run_at"] is None
    before = timezone.now()
    applied()
    (shown,) = api("GET", "/v1/calls/rules").json()["rules"]
    assert before <= datetime.fromisoformat(shown["last_run_at"]) <= timezone.now()


def test_a_rule_for_every_live_call_says_so(api, account):
    call = old_call(account, is_test=False)
    made(api, filter={"status": "live"})
    applied()
    call.refresh_from_db()
    assert call.is_over


def test_a_rule_comes_back_and_goes_on_at_once_while_there_is_more(api, account, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2)
    made(api)
    for _ in range(2):
        for _ in range(3):
            old_call(account)
        applied()
    assert AutoEndRule.objects.get().ended == 6


def test_a_disabled_rule_ends_nothing_until_it_is_enabled(api, account):
    call = old_call(account)
    rule = made(api, is_enabled=False)
    applied()
    call.refresh_from_db()
    assert not call.is_over
    answer = api("PATCH", f"/v1/calls/rules/{rule['id']}", {"is_enabled": True, "older_than": 60})
    assert (answer.json()["is_enabled"], answer.json()["older_than"]) == (True, 60)
    applied()
    call.refresh_from_db()
    assert call.is_over


def test_a_change_is_checked_as_a_new_rule_is(api):
    rule = made(api)
    for change in ({"filter": {}}, {"name": "two\rlines"}):
        assert api("PATCH", f"/v1/calls/rules/{rule['id']}", change).status_code == 400


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"filter": {"nonsense": 1}}, "nonsense"),
        ({"older_than": 0}, "older_than"),
        ({"older_than": "soon"}, "older_than"),
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "in one line"),
        ({"name": "two\u2028lines"}, "in one line"),
        ({"name": "a\x1b[31mred"}, "in one line"),
        ({"filter": {}}, "give a condition"),
        ({"filter": {"search": " "}}, "give a condition"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_rules_are_refused_by_field(api, change, said):
    answer = api("POST", "/v1/calls/rules", TEST_CALLS | change)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


def test_two_rules_of_one_name_are_a_conflict(api):
    made(api)
    assert api("POST", "/v1/calls/rules", TEST_CALLS).status_code == 409


def test_a_deleted_rule_is_gone(api):
    rule = made(api)
    assert api("DELETE", f"/v1/calls/rules/{rule['id']}").status_code == 204
    assert api("GET", "/v1/calls/rules").json() == {"rules": []}
