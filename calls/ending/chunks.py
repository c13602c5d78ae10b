"""One turn of an operation, or of a rule: a chunk of calls is ended in one statement.

A chunk is small, so its locks are short; what is left is due again at once, after other accounts' turns.
"""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from calls import acts
from calls.concluding import compare_and_set_many
from calls.models.call import Call
from calls.selecting import Selection
from liveplatform.webhooks.publish import publish
from liveplatform.work.bell import ring

if TYPE_CHECKING:
    from calls.models.operation import Operation, Rule

log = structlog.get_logger(__name__)

CHUNK = 200
# Of a list of ids so many are shown; all of them would be megabytes in a list of operations.
SHOWN_IDS = 20


def chosen(operation: "Operation") -> QuerySet[Call]:
    """The calls that are left to end: live now, and there when the operation was asked for."""
    calls = Selection.from_json(operation.filter).queryset(operation.account_id)
    return calls.filter(ended_at__isnull=True, created_at__lte=operation.created_at)


def carry_on(operation: "Operation") -> None:
    """End a chunk; due again if there may be more, else finished and told."""
    if operation.state != operation.State.DONE:
        return
    ids = list(chosen(operation).order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK])
    by = operation.by
    won = compare_and_set_many(ids, operation.account_id, operation.reason, operation.code, by) if ids else []
    if won:
        asked = f"asked for by {by}"
        acts.note_many([c.pk for c in won], f"operation:{operation.pk}", acts.ENDED_BY_OPERATION, asked)
    operation.ended += len(won)
    operation.already += len(ids) - len(won)
    if len(ids) == CHUNK:
        _once_more(operation)
    else:
        _finish(operation)


def _once_more(operation: "Operation") -> None:
    operation.state, operation.due_at, operation.settled_at = operation.State.PENDING, Now(), None
    operation.attempts, operation.log = 0, operation.log[-1:]
    operation.save(update_fields=["state", "due_at", "settled_at", "attempts", "log", "ended", "already"])
    ring(operation.queue)


def _finish(operation: "Operation") -> None:
    asked = asked_ids(operation)
    if asked is not None:  # a list of ids can be accounted for, one by one
        known = Call.objects.filter(account_id=operation.account_id, pk__in=asked).count()
        operation.unknown = len({UUID(str(call_id)) for call_id in asked}) - known
        operation.already = known - operation.ended
    operation.save(update_fields=["ended", "already", "unknown"])
    publish(operation.account_id, operation.pk, 1, "operation.finished", {"operation": describe(operation)})
    log.info("operation_finished", operation_id=str(operation.pk), ended=operation.ended)


def asked_ids(operation: "Operation") -> list[str] | None:
    """The ids that were asked for, if it was a list of them."""
    asked = operation.filter.get("id", {}).get("in")
    return asked if isinstance(asked, list) else None


def describe(operation: "Operation") -> dict[str, object]:
    """An operation as JSON: `remaining` is not in it, for counting costs; ask `many.left` for that."""
    ids = asked_ids(operation)
    shown = {"id": {**operation.filter["id"], "in": ids[:SHOWN_IDS]}} if ids is not None else {}
    state = {"pending": "running", "done": "finished", "skipped": "cancelled"}
    return {
        "id": operation.pk,
        "state": state.get(operation.state, operation.state),
        "ended": operation.ended,
        "already_ended": operation.already,
        "unknown": operation.unknown,
        "ids": len(ids) if ids is not None else None,
        "filter": operation.filter | shown,
        "reason": operation.reason or None,
        "code": operation.code,
        "by": operation.by,
        "error": operation.error or None,
        "created_at": operation.created_at,
        "finished_at": operation.settled_at,
    }


def matched(rule: "Rule") -> QuerySet[Call]:
    """The calls that the rule would end at this moment."""
    calls = Selection.from_json(rule.filter).queryset(rule.account_id)
    began = Coalesce("started_at", "created_at")
    limit = Now() - timedelta(seconds=rule.older_than)
    return calls.filter(ended_at__isnull=True).annotate(began=began).filter(began__lt=limit)


def apply(rule: "Rule") -> None:
    """End a chunk of what the rule matches; a whole chunk means that there may be more: due at once."""
    if rule.is_settled:
        return
    ids = list(matched(rule).order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return
    won = compare_and_set_many(ids, rule.account_id, rule.words, rule.code, f"rule:{rule.name}")
    rule.ended += len(won)
    rule.last_ended_at = Now()
    rule.save(update_fields=["ended", "last_ended_at"])
    log.info("rule_applied", rule_id=str(rule.pk), ended=len(won))
    if len(ids) == CHUNK:
        type(rule)._default_manager.filter(pk=rule.pk).update(due_at=Now())
        ring(rule.queue)


def rules_pace() -> float:
    """Seconds between two turns of a rule."""
    return float(settings.RULES_EVERY)
