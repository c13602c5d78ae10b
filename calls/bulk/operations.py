"""The verbs of ending many: begin, count beforehand, cancel; and of rules: switch on and off."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls.bulk.run import pending_calls
from calls.filters import CallFilter
from calls.models import AutoEndRule, Operation
from calls.models.end_code import DEFAULT_REASON, EndCode
from liveplatform.work.doorbell import ring

# What an operation takes at most as a list.
MAX_IDS = 10_000


def start_operation(
    account_id: UUID, wanted: CallFilter, *, reason: str, code: EndCode, by: str
) -> Operation:
    """Begin to end what is chosen and live at this moment; returns at once, workers carry it out."""
    with transaction.atomic():
        operation = Operation.objects.create(
            account_id=account_id,
            concurrency_key=account_id,
            filter=wanted.to_json(),
            reason=reason or DEFAULT_REASON,
            code=code,
            requested_by=by,
        )
        ring(Operation.queue)
    operation.refresh_from_db()
    return operation


def by_ids(ids: Sequence[UUID | str]) -> CallFilter:
    """The selection of exactly these calls."""
    return CallFilter.from_json({"id": {"in": [str(call_id) for call_id in ids]}})


def count_live(account_id: UUID, wanted: CallFilter) -> int:
    """How many calls would be ended if it began now."""
    return wanted.queryset(account_id).filter(ended_at__isnull=True).count()


def start_per_account(calls: Any, *, reason: str, code: EndCode, by: str) -> list[Operation]:  # noqa: ANN401
    """Operations over the live ones of these calls (a queryset), whichever accounts they belong to."""
    begun: list[Operation] = []
    live = calls.filter(ended_at__isnull=True).order_by("account_id", "pk")
    of_one: dict[UUID, list[UUID]] = {}
    for pk, account_id in live.values_list("pk", "account_id").iterator(2000):
        of_one.setdefault(account_id, []).append(pk)
    for account_id, ids in of_one.items():
        for start in range(0, len(ids), MAX_IDS):
            part = by_ids(ids[start : start + MAX_IDS])
            begun.append(start_operation(account_id, part, reason=reason, code=code, by=by))
    return begun


def cancel(operation: Operation) -> bool:
    """Stop before the next chunk; what is ended stays ended. False if it had finished."""
    waiting = Operation.objects.filter(pk=operation.pk, state__in=Operation.OPEN)
    # A chunk under way is fenced off by the claim: its write changes nothing, and is rolled back whole.
    stopped = waiting.update(
        state=Operation.State.SKIPPED, settled_at=Now(), due_at=None, updated_at=Now(), error="Cancelled."
    )
    if stopped:  # what is live goes on, and ends by and by: counted now, or never
        rest = {"remaining": pending_calls(operation).count()}
        Operation.objects.filter(pk=operation.pk).update(result=rest)
    return bool(stopped)


def remaining(operation: Operation) -> int | None:
    """How many calls it has still to end, or left when it was cancelled (None: that was not counted)."""
    match operation.state:
        case Operation.State.DONE:
            return 0
        case Operation.State.SKIPPED:
            counted: int | None = operation.result.get("remaining")
            return counted
        case _:
            return pending_calls(operation).count()


def set_enabled(rule: AutoEndRule, on: bool) -> None:
    """Enable or disable a rule."""
    if on and not rule.is_enabled:
        rule.retry()
        ring(AutoEndRule.queue)
    elif not on and rule.is_enabled:
        AutoEndRule.objects.filter(pk=rule.pk).update(
            state=AutoEndRule.State.SKIPPED, settled_at=Now(), due_at=None, updated_at=Now()
        )
    rule.refresh_from_db()
