"""Rules run at intervals, and again at once after a full chunk."""

from calls.bulk import auto_end_rules, run
from calls.models import AutoEndRule
from tests.support.bulk import add_rule, old_test_call, run_rules
from tests.support.concurrency import at_once
from tests.support.factories import phone_call


def test_matching_calls_of_the_minimum_age_are_ended(api, account):
    old, young = old_test_call(account), phone_call(account, is_test=True)
    earnest = old_test_call(account, is_test=False)
    rule = add_rule(api, reason="forgotten")
    assert api("POST", f"/v1/auto-end-rules/{rule['id']}/dry-run").json() == {"would_end": 1}

    run_rules()

    for call in (old, young, earnest):
        call.refresh_from_db()
    assert (old.end_code, old.ended_by) == ("quality_control", "rule:old test calls")
    assert not young.is_over and not earnest.is_over
    (shown,) = api("GET", "/v1/auto-end-rules").json()["rules"]
    assert (shown["ended"], shown["is_enabled"]) == (1, True)


def test_a_rule_runs_again_at_once_after_a_full_chunk(api, account, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    add_rule(api)
    for _ in range(2):
        for _ in range(3):
            old_test_call(account)
        run_rules()
    assert AutoEndRule.objects.get().ended == 6


def test_a_rule_may_match_every_live_call(api, account):
    call = old_test_call(account, is_test=False)
    add_rule(api, filter={"status": "live"})
    run_rules()
    call.refresh_from_db()
    assert call.is_over


def test_the_quota_holds_for_rules_created_at_once(transactional_db, account, monkeypatch):
    monkeypatch.setattr(auto_end_rules, "MAX_RULES", 2)
    values = {"filter": {"is_test": True}, "min_age": 600}

    def create(number: int) -> bool:
        try:
            auto_end_rules.create_rule(account.pk, values | {"name": f"rule {number}"})
        except auto_end_rules.RuleConflict:
            return False
        return True

    assert sorted(at_once(4, create)) == [False, False, True, True]
    assert AutoEndRule.objects.filter(account=account).count() == 2
