"""Bulk operations: start, count beforehand, cancel; and auto-end rules: enable and disable."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from psycopg.errors import QueryCanceled

from calls.bulk.run import pending_calls
from calls.bulk.targets import endable_calls
from calls.exceptions import CountTooSlow
from calls.filters import CallFilter, InvalidFilter
from calls.models import AutoEndRule, Call, Operation
from calls.models.end_code import DEFAULT_REASON, EndCode
from liveplatform.db.timeouts import limit_statements
from liveplatform.limits.concurrency import Busy, Limit
from liveplatform.work.doorbell import ring

# The longest list of ids in one operation.
MAX_IDS = 10_000
# Counts at a time, of an account and in all, and how long one may take (ms).
COUNTS = Limit("counts", "counts of this account's calls", per_key=1, total=2)
COUNT_TIMEOUT = 3_000


def start_operation(
    account_id: UUID, call_filter: CallFilter, *, reason: str, code: EndCode, actor: str
) -> Operation:
    """Start ending the calls that match and are live now; returns at once, workers do it.

    Scheduled calls are left alone unless the filter names them (bulk/targets.py).

    `reason` defaults to DEFAULT_REASON; `actor` becomes the `ended_by` of the calls.
    """
    with transaction.atomic():
        operation = Operation.objects.create(
            account_id=account_id,
            tenant_key=account_id,
            concurrency_key=account_id,
            filter=call_filter.to_json(),
            reason=reason or DEFAULT_REASON,
            code=code,
            requested_by=actor,
        )
        ring(Operation.queue)
    operation.refresh_from_db()
    return operation


def by_ids(ids: Sequence[UUID | str]) -> CallFilter:
    """The filter that matches exactly these calls."""
    return CallFilter.from_json({"id": {"in": [str(call_id) for call_id in ids]}})


def count_live(account_id: UUID, call_filter: CallFilter) -> int:
    """How many calls an operation started now would end."""
    return endable_calls(call_filter, account_id).count()


def count_live_within_bounds(account_id: UUID, call_filter: CallFilter) -> int:
    """The same for a customer, within COUNTS and COUNT_TIMEOUT. Raises CountTooSlow or Busy."""
    return _count(endable_calls(call_filter, account_id), account_id)


def _count(calls: QuerySet[Call], account_id: UUID) -> int:
    try:
        with COUNTS.hold(account_id), transaction.atomic():
            limit_statements(COUNT_TIMEOUT)
            return calls.count()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise CountTooSlow from error
        raise


def start_per_account(calls: QuerySet[Call], *, reason: str, code: EndCode, actor: str) -> list[Operation]:
    """Start operations that end the live ones of `calls`, at least one per account."""
    live = calls.filter(ended_at__isnull=True).order_by("account_id", "pk")
    ids_by_account: dict[UUID, list[UUID]] = {}
    for pk, account_id in live.values_list("pk", "account_id").iterator(2000):
        ids_by_account.setdefault(account_id, []).append(pk)
    return [
        start_operation(
            account_id, by_ids(ids[first : first + MAX_IDS]), reason=reason, code=code, actor=actor
        )
        for account_id, ids in ids_by_account.items()
        for first in range(0, len(ids), MAX_IDS)
    ]


def cancel(operation: Operation) -> bool:
    """Stop an operation before its next chunk; calls that it ended stay ended. False if it had finished.

    The fencing token makes a chunk in progress roll back as a whole.
    """
    unfinished = Operation.objects.filter(pk=operation.pk, state__in=Operation.OPEN)
    cancelled = unfinished.update(
        state=Operation.State.SKIPPED, settled_at=Now(), due_at=None, updated_at=Now(), error="Cancelled."
    )
    if cancelled:  # the remaining calls end by other ways later, so they are counted now
        counts = {"remaining": _count_pending(operation)}
        Operation.objects.filter(pk=operation.pk).update(result=counts)
    return bool(cancelled)


def remaining(operation: Operation) -> int | None:
    """How many calls are left to end, or were left at cancellation; None if they could not be counted."""
    match operation.state:
        case Operation.State.DONE:
            return 0
        case Operation.State.SKIPPED:
            counted: int | None = operation.result.get("remaining")
            return counted
        case _:
            return _count_pending(operation)


def _count_pending(operation: Operation) -> int | None:
    with suppress(CountTooSlow, Busy, InvalidFilter):
        return _count(pending_calls(operation), operation.account_id)
    return None


def set_enabled(rule: AutoEndRule, *, enabled: bool) -> None:
    """Enable or disable a rule; no effect if it is so already."""
    if enabled and not rule.is_enabled:
        rule.restart()
    elif not enabled and rule.is_enabled:
        AutoEndRule.objects.filter(pk=rule.pk).update(
            state=AutoEndRule.State.SKIPPED, settled_at=Now(), due_at=None, updated_at=Now()
        )
    rule.refresh_from_db()
