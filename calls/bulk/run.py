"""One attempt of an operation or a rule: end a chunk of its calls in one statement.

Chunks are small so that locks are short. After a full chunk the row is due again at once, and takes
turns with other accounts' rows.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from calls import activity
from calls.bulk.representation import OperationSerializer
from calls.filters import CallFilter
from calls.models.bulk import AutoEndRule, Operation
from calls.models.call import Call
from calls.sql import end_if_live_many
from liveplatform.webhooks.publish import publish
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

CHUNK_SIZE = 200


def pending_calls(operation: Operation) -> QuerySet[Call]:
    """The calls that the operation has still to end: live, and not younger than itself."""
    calls = CallFilter.from_json(operation.filter).queryset(operation.account_id)
    return calls.filter(ended_at__isnull=True, created_at__lte=operation.created_at)


def run_chunk(operation: Operation) -> None:
    """End one chunk; afterwards the operation is due again, or finished and published as such."""
    if operation.state != operation.State.DONE:
        return
    ids = _next_chunk(pending_calls(operation))
    ended = _end(ids, operation)
    operation.ended += len(ended)
    operation.already_ended += len(ids) - len(ended)
    if len(ids) == CHUNK_SIZE:
        _requeue(operation)
    else:
        _finish(operation)


def _next_chunk(calls: QuerySet[Call]) -> list[UUID]:
    return list(calls.order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK_SIZE])


def _end(ids: Sequence[UUID], operation: Operation) -> Sequence[Call]:
    """End those of the calls that are live still, and log the operation as the means."""
    if not ids:
        return []
    actor = operation.requested_by
    ended = end_if_live_many(ids, operation.account_id, operation.reason, operation.code, actor)
    if ended:
        activity.record_many(
            [call.pk for call in ended],
            f"operation:{operation.pk}",
            activity.ENDED_BY_OPERATION,
            f"asked for by {actor}",
        )
    return ended


def _requeue(operation: Operation) -> None:
    operation.state, operation.due_at, operation.settled_at = operation.State.PENDING, Now(), None
    operation.attempts, operation.log = 0, operation.log[-1:]
    operation.save(
        update_fields=["state", "due_at", "settled_at", "attempts", "log", "ended", "already_ended"]
    )
    ring(operation.queue)


def _finish(operation: Operation) -> None:
    """Settle the counts and publish operation.finished; of a list of ids each one is accounted for."""
    ids = operation.requested_ids
    if ids is not None:
        known = Call.objects.filter(account_id=operation.account_id, pk__in=ids).count()
        operation.unknown_ids = len({UUID(str(call_id)) for call_id in ids}) - known
        operation.already_ended = known - operation.ended
    operation.save(update_fields=["ended", "already_ended", "unknown_ids"])
    data = {"operation": OperationSerializer.write(operation)}
    publish(operation.account_id, operation.pk, 1, "operation.finished", data)
    log.info("operation_finished", operation_id=str(operation.pk), ended=operation.ended)


def matching_calls(rule: AutoEndRule) -> QuerySet[Call]:
    """The calls that the rule would end now: live, matching, and older than its `min_age`."""
    calls = CallFilter.from_json(rule.filter).queryset(rule.account_id)
    began = Coalesce("started_at", "created_at")
    limit = Now() - timedelta(seconds=rule.min_age)
    return calls.filter(ended_at__isnull=True).annotate(began=began).filter(began__lt=limit)


def run_rule(rule: AutoEndRule) -> None:
    """End one chunk of the calls that match; after a full chunk the rule is due again at once."""
    if rule.is_settled:
        return
    ids = _next_chunk(matching_calls(rule))
    if not ids:
        return
    ended = end_if_live_many(ids, rule.account_id, rule.effective_reason, rule.code, f"rule:{rule.name}")
    rule.ended += len(ended)
    rule.last_ended_at = Now()
    rule.save(update_fields=["ended", "last_ended_at"])
    log.info("rule_applied", rule_id=str(rule.pk), ended=len(ended))
    if len(ids) == CHUNK_SIZE:
        AutoEndRule.objects.filter(pk=rule.pk).make_due()


def rule_interval() -> float:
    """Seconds between two runs of a rule."""
    return float(settings.RULE_INTERVAL)
