"""/v1/auto-end-rules: created, changed, tried, disabled and deleted."""

from datetime import datetime

from django.utils import timezone

from calls.models import AutoEndRule
from tests.support.bulk import RULE, add_rule, old_test_call, run_rules
from tests.support.concurrency import after_commit_of


def test_last_run_at_is_null_before_the_first_run(api, account):
    assert add_rule(api)["last_run_at"] is None
    before = timezone.now()
    run_rules()
    (shown,) = api("GET", "/v1/auto-end-rules").json()["rules"]
    assert before <= datetime.fromisoformat(shown["last_run_at"]) <= timezone.now()


def test_a_disabled_rule_ends_nothing_until_it_is_enabled(api, account):
    call = old_test_call(account)
    rule = add_rule(api, is_enabled=False)
    run_rules()
    call.refresh_from_db()
    assert not call.is_over
    answer = api("PATCH", f"/v1/auto-end-rules/{rule['id']}", {"is_enabled": True, "older_than": 60})
    assert (answer.json()["is_enabled"], answer.json()["older_than"]) == (True, 60)
    run_rules()
    call.refresh_from_db()
    assert call.is_over


def test_a_change_is_validated_like_a_new_rule(api):
    rule = add_rule(api)
    for change in ({"filter": {}}, {"name": "two\rlines"}):
        assert api("PATCH", f"/v1/auto-end-rules/{rule['id']}", change).status_code == 400


def test_a_second_rule_of_a_name_is_a_conflict(api):
    add_rule(api)
    assert api("POST", "/v1/auto-end-rules", RULE).status_code == 409


def test_a_deleted_rule_is_gone(api):
    rule = add_rule(api)
    assert api("DELETE", f"/v1/auto-end-rules/{rule['id']}").status_code == 204
    assert api("GET", "/v1/auto-end-rules").json() == {"rules": [], "next_cursor": None}


def test_of_two_deletions_at_once_the_second_is_404(transactional_db, api):
    rule = add_rule(api)
    row = AutoEndRule.objects.get(pk=rule["id"])
    second = after_commit_of(row.delete, lambda: api("DELETE", f"/v1/auto-end-rules/{rule['id']}"))
    assert second.status_code == 404
