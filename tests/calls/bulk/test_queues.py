"""Bulk ends take turns: one chunk at a time in a process, and rules come back."""

from calls.bulk.queues import AUTO_END_RULES, OPERATIONS
from calls.models import AutoEndRule, Operation


def test_one_chunk_runs_at_a_time_in_a_process():
    assert OPERATIONS.concurrency_limit == AUTO_END_RULES.concurrency_limit == 1


def test_nothing_runs_outside_the_transaction(db, django_assert_num_queries, settings):
    settings.RULE_INTERVAL = 45.0
    with django_assert_num_queries(0):
        (ended,) = OPERATIONS.prepare([Operation()])
        (applied,) = AUTO_END_RULES.prepare([AutoEndRule()])
        assert ended().state == "done"
        assert (applied().state, applied().retry_after) == ("later", 45.0)


def test_log_lines_name_the_operation_and_the_rule():
    operation, rule = Operation(ended=3), AutoEndRule()
    assert OPERATIONS.log_context(operation) == {"operation_id": str(operation.pk), "ended": "3"}
    assert AUTO_END_RULES.log_context(rule) == {"rule_id": str(rule.pk)}
