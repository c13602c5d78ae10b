"""Operations are started per account and in parts, counted beforehand, and cancelled once."""

from calls.bulk import operations
from calls.filters import CallFilter
from calls.models import AutoEndRule, Call, Operation
from calls.models.end_code import DEFAULT_REASON, EndCode
from tests.support.draining import drain
from tests.support.factories import phone_call


def start(account, call_filter=CallFilter()) -> Operation:  # noqa: B008 - immutable
    return operations.start_operation(
        account.pk, call_filter, reason="", code=EndCode.STALE, actor="staff:anna"
    )


def test_an_operation_is_pending_with_a_default_reason(account):
    operation = start(account)
    assert (operation.state, operation.reason, operation.requested_by) == (
        "pending",
        DEFAULT_REASON,
        "staff:anna",
    )
    assert operation.concurrency_key == account.pk


def test_live_calls_are_counted(account, live_calls):
    assert operations.count_live(account.pk, CallFilter()) == 5
    assert operations.count_live(account.pk, operations.by_ids([live_calls[0].pk])) == 1


def test_every_account_gets_its_own_operations_in_parts(account, live_calls, monkeypatch):
    monkeypatch.setattr(operations, "MAX_IDS", 3)
    elsewhere = Call.objects.exclude(account=account).filter(ended_at=None).count()
    started = operations.start_per_account(
        Call.objects.all(), reason="", code=EndCode.STALE, actor="command:test"
    )
    own = [len(operation.requested_ids) for operation in started if operation.account_id == account.pk]
    assert sorted(own) == [2, 3]
    assert len(started) == 2 + bool(elsewhere)


def test_a_finished_operation_is_not_cancelled(account, live_calls):
    operation = start(account)
    drain(Operation)
    operation.refresh_from_db()
    assert (operation.state, operations.remaining(operation)) == ("done", 0)
    assert not operations.cancel(operation)


def test_a_cancelled_operation_keeps_the_number_of_its_remaining_calls(account, live_calls):
    operation = start(account)
    assert operations.remaining(operation) == 5
    assert operations.cancel(operation)
    phone_call(account)
    operation.refresh_from_db()
    assert (operation.state, operations.remaining(operation)) == ("skipped", 5)


def test_a_rule_is_enabled_and_disabled(account):
    rule = AutoEndRule.objects.create(account=account, name="r", min_age=60)
    for enabled in (True, False, False, True):
        operations.set_enabled(rule, enabled=enabled)
        assert rule.is_enabled == enabled
