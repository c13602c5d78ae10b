"""One turn of an operation, or of a rule: a chunk of calls is ended in one statement.

A chunk is small, so its locks are short; what is left is due again at once, after other accounts' turns.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from calls import activity
from calls.filters import CallFilter
from calls.models.bulk import AutoEndRule, Operation
from calls.models.call import Call
from calls.sql import end_if_live_many
from liveplatform.webhooks.publish import publish
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

CHUNK_SIZE = 200
# Of a list of ids so many are shown; all of them would be megabytes in a list of operations.
MAX_SHOWN_IDS = 20


def pending_calls(operation: Operation) -> QuerySet[Call]:
    """The calls that are left to end: live now, and there when the operation was asked for."""
    calls = CallFilter.from_json(operation.filter).queryset(operation.account_id)
    return calls.filter(ended_at__isnull=True, created_at__lte=operation.created_at)


def run_chunk(operation: Operation) -> None:
    """End a chunk; due again if there may be more, else finished and told."""
    if operation.state != operation.State.DONE:
        return
    ids = list(
        pending_calls(operation).order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK_SIZE]
    )
    by = operation.requested_by
    won = end_if_live_many(ids, operation.account_id, operation.reason, operation.code, by) if ids else []
    if won:
        asked = f"asked for by {by}"
        activity.record_many(
            [c.pk for c in won], f"operation:{operation.pk}", activity.ENDED_BY_OPERATION, asked
        )
    operation.ended += len(won)
    operation.already_ended += len(ids) - len(won)
    if len(ids) == CHUNK_SIZE:
        _requeue(operation)
    else:
        _finish(operation)


def _requeue(operation: Operation) -> None:
    operation.state, operation.due_at, operation.settled_at = operation.State.PENDING, Now(), None
    operation.attempts, operation.log = 0, operation.log[-1:]
    operation.save(
        update_fields=["state", "due_at", "settled_at", "attempts", "log", "ended", "already_ended"]
    )
    ring(operation.queue)


def _finish(operation: Operation) -> None:
    asked = requested_ids(operation)
    if asked is not None:  # a list of ids can be accounted for, one by one
        known = Call.objects.filter(account_id=operation.account_id, pk__in=asked).count()
        operation.unknown_ids = len({UUID(str(call_id)) for call_id in asked}) - known
        operation.already_ended = known - operation.ended
    operation.save(update_fields=["ended", "already_ended", "unknown_ids"])
    publish(operation.account_id, operation.pk, 1, "operation.finished", {"operation": describe(operation)})
    log.info("operation_finished", operation_id=str(operation.pk), ended=operation.ended)


def requested_ids(operation: Operation) -> list[str] | None:
    """The ids that were asked for, if it was a list of them."""
    asked = operation.filter.get("id", {}).get("in")
    return asked if isinstance(asked, list) else None


def describe(operation: Operation) -> dict[str, object]:
    """An operation as JSON: `remaining` is not in it, for counting costs; ask `many.left` for that."""
    ids = requested_ids(operation)
    shown = {"id": {**operation.filter["id"], "in": ids[:MAX_SHOWN_IDS]}} if ids is not None else {}
    state = {"pending": "running", "done": "finished", "skipped": "cancelled"}
    return {
        "id": operation.pk,
        "state": state.get(operation.state, operation.state),
        "ended": operation.ended,
        "already_ended": operation.already_ended,
        "unknown": operation.unknown_ids,
        "ids": len(ids) if ids is not None else None,
        "filter": operation.filter | shown,
        "reason": operation.reason or None,
        "code": operation.code,
        "by": operation.requested_by,
        "error": operation.error or None,
        "created_at": operation.created_at,
        "finished_at": operation.settled_at,
    }


def matching_calls(rule: AutoEndRule) -> QuerySet[Call]:
    """The calls that the rule would end at this moment."""
    calls = CallFilter.from_json(rule.filter).queryset(rule.account_id)
    began = Coalesce("started_at", "created_at")
    limit = Now() - timedelta(seconds=rule.min_age)
    return calls.filter(ended_at__isnull=True).annotate(began=began).filter(began__lt=limit)


def run_rule(rule: AutoEndRule) -> None:
    """End a chunk of what the rule matches; a whole chunk means that there may be more: due at once."""
    if rule.is_settled:
        return
    ids = list(matching_calls(rule).order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK_SIZE])
    if not ids:
        return
    won = end_if_live_many(ids, rule.account_id, rule.effective_reason, rule.code, f"rule:{rule.name}")
    rule.ended += len(won)
    rule.last_ended_at = Now()
    rule.save(update_fields=["ended", "last_ended_at"])
    log.info("rule_applied", rule_id=str(rule.pk), ended=len(won))
    if len(ids) == CHUNK_SIZE:
        AutoEndRule.objects.filter(pk=rule.pk).make_due()


def rule_interval() -> float:
    """Seconds between two turns of a rule."""
    return float(settings.RULE_INTERVAL)
