"""Questions to an operation and a rule."""

from calls.models import Operation
from tests.support.bulk import add_rule, old_test_call, run_rules


def test_the_default_reason_of_a_rule_is_its_name(api, account):
    call = old_test_call(account)
    assert add_rule(api)["reason"] == "Ended by the rule old test calls"
    run_rules()
    call.refresh_from_db()
    assert call.disconnect_reason == "Ended by the rule old test calls"


def test_only_a_list_of_ids_is_requested_ids():
    assert Operation(filter={"id": {"in": ["1", "2"]}}).requested_ids == ["1", "2"]
    assert Operation(filter={"id": {"eq": "1"}}).requested_ids is None
    assert Operation(filter={}).requested_ids is None
